import { describe, expect, it } from 'vitest';
import { later } from '#src/kernel/clock.ts';
import { fresh, type Open } from './bench.ts';
import { modelContract } from './model.contract.ts';
import { racesContract } from './races.contract.ts';
import { textsContract } from './texts.contract.ts';

/** What every ephemeral store promises. */
export function ephemeralContract(name: string, open: Open): void {
  describe(`the ephemeral store in ${name}`, () => {
    entriesContract(open);
    oneTimeContract(open);
    gravesContract(open);
    indexesContract(open);
    textsContract(open);
    racesContract(open);
    modelContract(open);
  });
}

function entriesContract(open: Open): void {
  it('gives back what was put, until the instant it expires', async () => {
    const { store, clock } = await open();
    const key = fresh();
    const expiresAt = later(clock.now(), 1000);

    expect(await store.put(key, { value: 'v', expiresAt, parts: { a: '1', b: '2' } })).toBe(true);
    clock.pass(999);
    expect(await store.get(key)).toEqual({ value: 'v', expiresAt, parts: { a: '1', b: '2' } });
    clock.pass(1);
    expect(await store.get(key)).toBeUndefined();
  });

  it('treats an expired entry as none, whatever is asked of it', async () => {
    const { store, clock } = await open();
    const key = fresh();
    await store.put(key, { value: 'old', expiresAt: later(clock.now(), 1000), parts: { a: '1' } });
    await store.spend(key);
    clock.pass(1000);
    const expiresAt = later(clock.now(), 1000);

    expect(await store.spend(key)).toBe(false);
    expect(await store.swap(key, 'old', 'next', expiresAt)).toBe(false);
    expect(await store.create(key, { value: 'new', expiresAt })).toBe(true);
    expect(await store.get(key)).toEqual({ value: 'new', expiresAt, parts: {} });
    clock.pass(1000);
    expect(await store.remove(key)).toBe(false);
    expect(await store.bury(key, later(clock.now(), 1000))).toBe(false);
  });

  it('keeps the parts that a later put does not name, and removes those it names null', async () => {
    const { store, clock } = await open();
    const key = fresh();
    const expiresAt = later(clock.now(), 1000);
    await store.put(key, { value: 'v1', expiresAt, parts: { kept: '1', gone: '2', changed: '3' } });

    await store.put(key, {
      value: 'v2',
      expiresAt,
      parts: { gone: null, changed: '4', absent: null },
    });
    await store.put(key, { value: 'v3', expiresAt });

    expect(await store.get(key)).toEqual({
      value: 'v3',
      expiresAt,
      parts: { kept: '1', changed: '4' },
    });
  });

  it('starts anew when a put finds only what has expired', async () => {
    const { store, clock } = await open();
    const key = fresh();
    await store.put(key, { value: 'old', expiresAt: later(clock.now(), 1000), parts: { a: '1' } });
    await store.spend(key);
    clock.pass(1000);
    const expiresAt = later(clock.now(), 1000);
    await store.put(key, { value: 'new', expiresAt, parts: { b: '2' } });

    expect(await store.get(key)).toEqual({ value: 'new', expiresAt, parts: { b: '2' } });
  });

  it('creates only where nothing is', async () => {
    const { store, clock } = await open();
    const key = fresh();
    const expiresAt = later(clock.now(), 1000);

    expect(await store.create(key, { value: 'v1', expiresAt, parts: { a: '1', b: null } })).toBe(
      true,
    );
    expect(await store.create(key, { value: 'v2', expiresAt, parts: { c: '3' } })).toBe(false);
    expect(await store.get(key)).toEqual({ value: 'v1', expiresAt, parts: { a: '1' } });
  });

  it('swaps only the value that was expected, and leaves parts and spending as they are', async () => {
    const { store, clock } = await open();
    const key = fresh();
    const end = later(clock.now(), 2000);
    await store.put(key, { value: 'v1', expiresAt: later(clock.now(), 1000), parts: { a: '1' } });
    await store.spend(key);

    expect(await store.swap(key, 'V1', 'v2', end)).toBe(false);
    expect(await store.swap(key, 'v1', 'v2', end)).toBe(true);
    expect(await store.swap(key, 'v1', 'v3', end)).toBe(false);
    expect(await store.swap(fresh(), 'v1', 'v2', end)).toBe(false);
    expect(await store.get(key)).toEqual({
      value: 'v2',
      expiresAt: end,
      parts: { a: '1' },
      spentAt: clock.now(),
    });
  });
}

function oneTimeContract(open: Open): void {
  it('spends an entry once, and says when', async () => {
    const { store, clock } = await open();
    const key = fresh();
    await store.put(key, { value: 'v', expiresAt: later(clock.now(), 1000) });
    clock.pass(7);
    const spentAt = clock.now();

    expect(await store.spend(key)).toBe(true);
    clock.pass(7);
    expect(await store.spend(key)).toBe(false);
    expect(await store.get(key)).toMatchObject({ value: 'v', spentAt });
    expect(await store.spend(fresh())).toBe(false);
  });

  it('knows a spent entry as spent after a put', async () => {
    const { store, clock } = await open();
    const key = fresh();
    await store.put(key, { value: 'v1', expiresAt: later(clock.now(), 1000) });
    await store.spend(key);
    await store.put(key, { value: 'v2', expiresAt: later(clock.now(), 5000) });
    clock.pass(4000);

    expect(await store.get(key)).toHaveProperty('spentAt');
    expect(await store.spend(key)).toBe(false);
  });

  it('removes an entry once', async () => {
    const { store, clock } = await open();
    const key = fresh();
    await store.put(key, { value: 'v', expiresAt: later(clock.now(), 1000) });

    expect(await store.remove(key)).toBe(true);
    expect(await store.remove(key)).toBe(false);
    expect(await store.get(key)).toBeUndefined();
  });
}

function gravesContract(open: Open): void {
  it('keeps a buried place closed until its instant, and opens it then', async () => {
    const { store, clock } = await open();
    const key = fresh();
    const expiresAt = later(clock.now(), 9000);
    await store.put(key, { value: 'v', expiresAt, parts: { a: '1' } });
    await store.spend(key);

    expect(await store.bury(key, later(clock.now(), 1000))).toBe(true);
    clock.pass(999);
    expect(await store.get(key)).toBeUndefined();
    expect(await store.put(key, { value: 'late', expiresAt })).toBe(false);
    expect(await store.create(key, { value: 'late', expiresAt })).toBe(false);
    expect(await store.swap(key, '', 'late', expiresAt)).toBe(false);
    expect(await store.spend(key)).toBe(false);
    expect(await store.remove(key)).toBe(false);
    expect(await store.get(key)).toBeUndefined();
    clock.pass(1);
    expect(await store.put(key, { value: 'next', expiresAt })).toBe(true);
    expect(await store.get(key)).toEqual({ value: 'next', expiresAt, parts: {} });
  });

  it('closes the place of an entry that never was', async () => {
    const { store, clock } = await open();
    const key = fresh();
    const until = later(clock.now(), 1000);

    expect(await store.bury(key, until)).toBe(false);
    expect(await store.create(key, { value: 'late', expiresAt: until })).toBe(false);
    clock.pass(1000);
    expect(await store.create(key, { value: 'v', expiresAt: later(until, 1000) })).toBe(true);
  });

  it('does not reopen a grave early when it is buried again', async () => {
    const { store, clock } = await open();
    const key = fresh();
    await store.bury(key, later(clock.now(), 1000));

    expect(await store.bury(key, later(clock.now(), 10))).toBe(false);
    clock.pass(500);
    expect(await store.put(key, { value: 'v', expiresAt: later(clock.now(), 1000) })).toBe(false);
    expect(await store.bury(key, later(clock.now(), 1000))).toBe(false);
    clock.pass(999);
    expect(await store.put(key, { value: 'v', expiresAt: later(clock.now(), 1000) })).toBe(false);
  });
}

function indexesContract(open: Open): void {
  it('finds under an index what was put there, and leaves out what has expired', async () => {
    const { store, clock } = await open();
    const [index, other, first, last] = [fresh(), fresh(), fresh(), fresh()];
    await store.put(first, {
      value: 'v',
      expiresAt: later(clock.now(), 1000),
      indexes: [index, index],
    });
    await store.create(last, {
      value: 'v',
      expiresAt: later(clock.now(), 2000),
      indexes: [index, other],
    });

    expect((await store.members(index)).toSorted()).toEqual([first, last].toSorted());
    expect(await store.members(other)).toEqual([last]);
    expect(await store.members(fresh())).toEqual([]);
    clock.pass(1000);
    expect(await store.members(index)).toEqual([last]);
  });

  it('keeps a key under its index until the latest instant it was put there for', async () => {
    const { store, clock } = await open();
    const [index, key, other] = [fresh(), fresh(), fresh()];
    const [soon, late] = [later(clock.now(), 1000), later(clock.now(), 200_000)];
    await store.put(key, { value: 'v', expiresAt: late, indexes: [index] });
    await store.put(key, { value: 'v', expiresAt: soon, indexes: [index] });
    clock.pass(100_000);
    await store.put(other, { value: 'v', expiresAt: later(clock.now(), 1000), indexes: [index] });

    expect((await store.members(index)).toSorted()).toEqual([key, other].toSorted());
  });

  it('sweeps no more than it may, and nothing that lives', async () => {
    const { store, clock } = await open();
    const [index, key] = [fresh(), fresh()];
    await store.put(fresh(), { value: 'v', expiresAt: later(clock.now(), 1000), indexes: [index] });
    await store.put(key, { value: 'v', expiresAt: later(clock.now(), 900_000), indexes: [index] });
    clock.pass(600_000);

    expect(await store.sweep(1)).toBeLessThanOrEqual(1);
    await store.sweep(1000);
    expect(await store.get(key)).toMatchObject({ value: 'v' });
    expect(await store.members(index)).toEqual([key]);
  });

  it('answers how long it took to say that it is there', async () => {
    const { store } = await open();
    const took = await store.ping();

    expect(took).toBeGreaterThan(0);
    expect(took).toBeLessThan(2000);
  });
}
