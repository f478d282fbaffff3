import { expect, it } from 'vitest';
import { later } from '#src/kernel/clock.ts';
import { fresh, type Open, type Opened } from './bench.ts';
import type { EphemeralStore } from './port.ts';

const CALLERS = 300;

const minute = ({ clock }: Opened) => later(clock.now(), 60_000);

/** Of callers on two connections at once, how many were told `true`, and which. */
async function winners(
  { store, second }: Opened,
  call: (store: EphemeralStore, caller: number) => Promise<boolean>,
): Promise<number[]> {
  const callers = Array.from({ length: CALLERS }, (_, caller) => caller);
  const answers = await Promise.all(
    callers.map((caller) => call(caller % 2 === 0 ? store : second, caller)),
  );
  return callers.filter((caller) => answers[caller]);
}

/** What holds when many ask at once. */
export function racesContract(open: Open): void {
  onceContract(open);
  togetherContract(open);
}

function onceContract(open: Open): void {
  it('lets one of 300 create an entry, over an expired one too', async () => {
    const opened = await open();
    const key = fresh();
    for (const round of [1, 2]) {
      const won = await winners(opened, (store, caller) =>
        store.create(key, { value: `${round} ${caller}`, expiresAt: minute(opened) }),
      );

      expect(won).toHaveLength(1);
      expect(await opened.store.get(key)).toMatchObject({ value: `${round} ${won[0]}` });
      opened.clock.pass(60_000);
    }
  });

  it('lets one of 300 spend an entry', async () => {
    const opened = await open();
    const key = fresh();
    await opened.store.put(key, { value: 'v', expiresAt: minute(opened) });

    expect(await winners(opened, (store) => store.spend(key))).toHaveLength(1);
  });

  it('lets one of 300 remove an entry', async () => {
    const opened = await open();
    const key = fresh();
    await opened.store.put(key, { value: 'v', expiresAt: minute(opened) });

    expect(await winners(opened, (store) => store.remove(key))).toHaveLength(1);
  });

  it('tells one of 300 that it buried an entry', async () => {
    const opened = await open();
    const key = fresh();
    await opened.store.put(key, { value: 'v', expiresAt: minute(opened) });

    expect(await winners(opened, (store) => store.bury(key, minute(opened)))).toHaveLength(1);
  });

  it('lets one of 300 swap a value, and keeps that one', async () => {
    const opened = await open();
    const key = fresh();
    await opened.store.put(key, { value: 'start', expiresAt: minute(opened) });
    const won = await winners(opened, (store, caller) =>
      store.swap(key, 'start', `by ${caller}`, minute(opened)),
    );

    expect(won).toHaveLength(1);
    expect(await opened.store.get(key)).toMatchObject({ value: `by ${won[0]}` });
  });
}

function togetherContract(open: Open): void {
  it('loses none of the parts that 50 writers put at once', async () => {
    const opened = await open();
    const [key, expiresAt] = [fresh(), minute(opened)];
    const writers = Array.from({ length: 50 }, (_, writer) => `client-${writer}`);
    await opened.store.put(key, {
      value: 'v',
      expiresAt,
      parts: { 'client-0': 'old', stays: 'here' },
    });
    await Promise.all(
      writers.map((name, writer) =>
        (writer % 2 === 0 ? opened.store : opened.second).put(key, {
          value: `v${writer}`,
          expiresAt,
          parts: { [name]: String(writer) },
        }),
      ),
    );

    const expected = Object.fromEntries(writers.map((name, writer) => [name, String(writer)]));
    expect((await opened.store.get(key))?.parts).toEqual({ ...expected, stays: 'here' });
  });

  it('keeps an entry spent while others put it', async () => {
    const opened = await open();
    const [key, expiresAt] = [fresh(), minute(opened)];
    await opened.store.put(key, { value: 'v', expiresAt });
    const won = await winners(opened, async (store, caller) => {
      if (caller % 3 === 0) return store.spend(key);
      await store.put(key, { value: String(caller), expiresAt });
      return false;
    });

    expect(won).toHaveLength(1);
    expect(await opened.second.get(key)).toHaveProperty('spentAt');
  });

  it('lets nothing live on that was being written while it was buried', async () => {
    const opened = await open();
    const [key, expiresAt] = [fresh(), minute(opened)];
    await winners(opened, async (store, caller) => {
      if (caller === 150) await store.bury(key, expiresAt);
      else if (caller % 3 === 0) await store.create(key, { value: 'v', expiresAt });
      else await store.put(key, { value: 'v', expiresAt });
      return false;
    });

    expect(await opened.store.get(key)).toBeUndefined();
  });

  it('never shows an entry that its index does not hold', async () => {
    const opened = await open();
    const expiresAt = minute(opened);
    for (let round = 0; round < 30; round += 1) {
      const [key, index] = [fresh(), fresh()];
      const writing = opened.store.put(key, { value: 'v', expiresAt, indexes: [index] });
      while ((await opened.second.get(key)) === undefined);

      expect(await opened.second.members(index)).toEqual([key]);
      await writing;
    }
  });

  it('takes the same entries under the same indexes from many at once, in any order', async () => {
    const opened = await open();
    const expiresAt = minute(opened);
    const names = [fresh(), fresh(), fresh(), fresh()];
    await winners(opened, (store, caller) => {
      const indexes = caller % 3 === 0 ? names : names.toReversed();
      const key = names[caller % 4] ?? '';
      return store.put(key, { value: String(caller), expiresAt, indexes });
    });

    for (const name of names) {
      expect((await opened.store.members(name)).toSorted()).toEqual(names.toSorted());
    }
  });
}
