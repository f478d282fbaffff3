import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBench, type Bench, inTenant, NOON, SYSTEM } from '#src/infra/postgres/bench.ts';
import { createPasswordStore } from './store.pg.ts';

let bench: Bench;
const store = createPasswordStore();

beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('the store of passwords', () => {
  it('keeps one hash for a user: the last that was put', async () => {
    const tenant = await bench.aTenant();
    const { id } = await bench.aUser(tenant);
    const later = new Date(NOON.getTime() + 1);
    const kept = await bench.units.run(inTenant(tenant), async (unit) => {
      expect(await store.find(unit, id)).toBeUndefined();
      await store.put(unit, id, '$argon2id$first', NOON);
      await store.put(unit, id, '$argon2id$second', later);
      return store.find(unit, id);
    });
    expect(kept).toStrictEqual({ hash: '$argon2id$second', changedAt: later });
  });

  it('writes for no user of another tenant', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const { id } = await bench.aUser(other);
    await bench.units.run(inTenant(other), (unit) => store.put(unit, id, '$argon2id$theirs', NOON));
    const reaching = bench.units.run(inTenant(own), (unit) =>
      store.put(unit, id, '$argon2id$mine', NOON),
    );
    await expect(reaching).rejects.toThrow();
    const kept = await bench.units.run(inTenant(other), (unit) => store.find(unit, id));
    expect(kept?.hash).toBe('$argon2id$theirs');
  });

  it('writes nothing outside of a tenant', async () => {
    const { id } = await bench.aUser(await bench.aTenant());
    const outside = bench.units.run(SYSTEM, (unit) => store.put(unit, id, '$argon2id$x', NOON));
    await expect(outside).rejects.toThrow(TypeError);
  });
});
