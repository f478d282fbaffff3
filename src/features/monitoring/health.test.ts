import { describe, expect, it } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { aHealth } from './bench.ts';

const away = () => Promise.reject(new Unavailable('away'));
const never = () => new Promise<never>(() => undefined);
const ok = { status: 'ok', ms: expect.any(Number) };
const failing = { status: 'failing', ms: expect.any(Number) };
const ALL_WELL = { postgres: ok, store: ok, isolation: ok };

describe('readiness', () => {
  it('is there when every part is well, with the time each took', async () => {
    const { health } = aHealth();
    expect(await health.ready()).toEqual({ status: 'ok', checks: ALL_WELL });
  });

  it.each([
    ['Postgres is away', { reachability: { ask: away } }, { postgres: failing }],
    ['the store is away', { store: { ping: away } }, { store: failing }],
    ['tenants are not kept apart', { isolation: { ask: away } }, { isolation: failing }],
    ['Postgres never answers', { reachability: { ask: never } }, { postgres: failing }],
    ['the store never answers', { store: { ping: never } }, { store: failing }],
  ])('is gone when %s, and says which', async (_, parts, checks) => {
    const { health } = aHealth({ ...parts, patienceMs: 20 });
    expect(await health.ready()).toEqual({ status: 'failing', checks: { ...ALL_WELL, ...checks } });
  });

  it('is gone once the instance was asked to stop, even while it is being looked at', async () => {
    const stop = Promise.withResolvers<number>();
    const { health, lifecycle } = aHealth({ store: { ping: () => stop.promise } });
    const readiness = health.ready();
    lifecycle.stopping = true;
    stop.resolve(1);
    expect(await readiness).toMatchObject({ status: 'stopping', checks: { store: ok } });
  });

  it('asks each store once for all who ask at the time, and anew for who comes later', async () => {
    let asked = 0;
    const store = { ping: async () => (asked += 1) };
    const { health } = aHealth({ store });
    await Promise.all(Array.from({ length: 100 }, () => health.ready()));
    expect(asked).toBe(1);
    await health.ready();
    expect(asked).toBe(2);
  });

  it('tells the log when a part stops answering and when it answers again, and no more', async () => {
    let there = false;
    const store = { ping: () => (there ? Promise.resolve(1) : away()) };
    const { health, logger } = aHealth({ store });
    await health.ready();
    await health.ready();
    there = true;
    await health.ready();
    await health.ready();
    expect(logger.lines).toEqual([
      expect.objectContaining({ level: 'warn', check: 'store', err: expect.any(Unavailable) }),
      expect.objectContaining({ level: 'info', check: 'store' }),
    ]);
  });
});
