import { describe, expect, it } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { createGroup } from './group.ts';

/** A store whose commits end when the test says so. */
function slowCommits() {
  const groups: (readonly string[])[] = [];
  const endings: PromiseWithResolvers<void>[] = [];
  const commit = (items: readonly string[]) => {
    groups.push(items);
    const ending = Promise.withResolvers<void>();
    endings.push(ending);
    return ending.promise;
  };
  const end = (at: number) => endings[at]?.resolve();
  const fail = (at: number, cause: Error) => endings[at]?.reject(cause);
  return { groups, commit, end, fail };
}

const settled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);

describe('group commit', () => {
  it('commits the first at once, and those that arrive meanwhile together', async () => {
    const { groups, commit, end } = slowCommits();
    const add = createGroup(commit, { together: 10, waiting: 10 });

    const first = add('a');
    const rest = [add('b'), add('c'), add('d')];
    expect(groups).toStrictEqual([['a']]);
    end(0);
    await first;
    expect(groups).toStrictEqual([['a'], ['b', 'c', 'd']]);
    end(1);
    await Promise.all(rest);
  });

  it('tells nobody before the commit has ended', async () => {
    const { commit, end } = slowCommits();
    const add = createGroup(commit, { together: 10, waiting: 10 });

    const first = add('a');
    expect(await settled(first)).toBe(false);
    end(0);
    await expect(first).resolves.toBeUndefined();
  });

  it('tells everyone whose commit failed, and goes on with the next', async () => {
    const { groups, commit, end, fail } = slowCommits();
    const add = createGroup(commit, { together: 2, waiting: 10 });

    const first = add('a');
    const lost = Promise.allSettled([add('b'), add('c')]);
    const saved = add('d');
    end(0);
    await first;
    fail(1, new Error('away'));
    expect((await lost).map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    expect(groups[2]).toStrictEqual(['d']);
    end(2);
    await saved;
  });

  it('refuses at once what goes beyond the queue, and takes more when there is room again', async () => {
    const { commit, end } = slowCommits();
    const add = createGroup(commit, { together: 10, waiting: 2 });

    const kept = [add('a'), add('b'), add('c')];
    await expect(add('d')).rejects.toBeInstanceOf(Unavailable);
    end(0);
    await kept[0];
    end(1);
    await Promise.all(kept);
    const later = add('e');
    end(2);
    await later;
  });

  it('shares no commit among more than it may', async () => {
    const { groups, commit, end } = slowCommits();
    const add = createGroup(commit, { together: 3, waiting: 100 });

    const all = Array.from({ length: 8 }, (_, at) => add(String(at)));
    for (let at = 0; at < 4; at += 1) {
      end(at);
      await Promise.resolve();
      await new Promise(setImmediate);
    }
    await Promise.all(all);
    expect(groups.map(({ length }) => length)).toStrictEqual([1, 3, 3, 1]);
  });
});
