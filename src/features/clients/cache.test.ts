import { describe, expect, it } from 'vitest';
import { SECOND } from '#src/kernel/clock.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createCache } from './cache.ts';

/** A place to fetch from that counts, and holds what the test puts there. */
function aShelf() {
  const held = new Map<string, string>();
  const fetched: string[] = [];
  const fetch = async (key: string) => {
    fetched.push(key);
    return held.get(key);
  };
  return { held, fetched, fetch };
}

describe('the cache of clients', () => {
  it('remembers what it found until its time is up by the Clock', async () => {
    const { held, fetched, fetch } = aShelf();
    const clock = createTestClock();
    const find = createCache(fetch, clock, { ttl: 5 * SECOND, most: 10 });

    held.set('a', 'first');
    expect(await find.get('a')).toBe('first');
    held.set('a', 'second');
    clock.pass(5 * SECOND - 1);
    expect(await find.get('a')).toBe('first');
    clock.pass(1);
    expect(await find.get('a')).toBe('second');
    expect(fetched).toHaveLength(2);
  });

  it('never remembers that there was nothing', async () => {
    const { held, fetch } = aShelf();
    const find = createCache(fetch, createTestClock(), { ttl: 5 * SECOND, most: 10 });

    expect(await find.get('a')).toBeUndefined();
    held.set('a', 'new');
    expect(await find.get('a')).toBe('new');
  });

  it('fetches once for all who ask meanwhile', async () => {
    const { held, fetched, fetch } = aShelf();
    const find = createCache(fetch, createTestClock(), { ttl: 5 * SECOND, most: 10 });

    held.set('a', 'one');
    const all = await Promise.all(Array.from({ length: 50 }, () => find.get('a')));
    expect(new Set(all)).toStrictEqual(new Set(['one']));
    expect(fetched).toStrictEqual(['a']);
  });

  it('fails for all who wait, and asks anew for the next', async () => {
    const failures = [new Error('away')];
    const fetch = async () => {
      const failure = failures.pop();
      if (failure) throw failure;
      return 'there';
    };
    const find = createCache(fetch, createTestClock(), { ttl: 5 * SECOND, most: 10 });

    const both = await Promise.allSettled([find.get('a'), find.get('a')]);
    expect(both.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    expect(await find.get('a')).toBe('there');
  });

  it('holds no more than it may', async () => {
    const { held, fetched, fetch } = aShelf();
    const find = createCache(fetch, createTestClock(), { ttl: 5 * SECOND, most: 2 });

    for (const key of ['a', 'b', 'c']) held.set(key, key);
    for (const key of ['a', 'b', 'c', 'b', 'c']) await find.get(key);
    expect(fetched).toStrictEqual(['a', 'b', 'c']);
    await find.get('a');
    expect(fetched).toStrictEqual(['a', 'b', 'c', 'a']);
  });

  it('forgets what it is told to, and keeps no fetch that was under way by then', async () => {
    const { held, fetched, fetch } = aShelf();
    const find = createCache(fetch, createTestClock(), { ttl: 5 * SECOND, most: 10 });

    held.set('a', 'before');
    const underWay = find.get('a');
    held.set('a', 'after');
    find.forget('a');
    expect(await underWay).toBe('before');
    expect(await find.get('a')).toBe('after');
    find.forget('a');
    await find.get('a');
    expect(fetched).toHaveLength(3);
  });
});
