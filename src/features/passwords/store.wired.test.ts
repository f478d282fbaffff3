import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBench, type Bench, inTenant, NOON, SYSTEM } from '#src/infra/postgres/bench.ts';
import { DAY, later } from '#src/kernel/clock.ts';
import type { StoredPassword } from './passwords.ts';
import { createPasswordStore } from './store.pg.ts';

let bench: Bench;
const store = createPasswordStore();

beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

function aPassword(number: number, over: Partial<StoredPassword> = {}): StoredPassword {
  const changedAt = later(NOON, number);
  return { hash: `$argon2id$${number}`, imported: false, changedAt, expiresAt: null, ...over };
}

async function aUser() {
  const tenantId = await bench.aTenant();
  const { id } = await bench.aUser(tenantId);
  return { tenantId, id, scope: inTenant(tenantId) };
}

describe('the store of passwords', () => {
  it('keeps one for a user, and the four before it', async () => {
    const { id, scope } = await aUser();
    await bench.units.run(scope, async (unit) => {
      expect(await store.find(unit, id)).toBeUndefined();
      expect(await store.past(unit, id)).toStrictEqual([]);
      expect(await store.insert(unit, id, aPassword(0, { imported: true }))).toBe(true);
      expect(await store.insert(unit, id, aPassword(9))).toBe(false);
      for (const number of [1, 2, 3, 4, 5]) {
        const change = {
          from: aPassword(number - 1).hash,
          to: aPassword(number),
          retiredId: crypto.randomUUID(),
        };
        expect(await store.replace(unit, id, change)).toBe(true);
        expect(await store.replace(unit, id, change)).toBe(false);
        if (number === 1) {
          const [, first] = await store.past(unit, id);
          expect(first).toStrictEqual({ hash: aPassword(0).hash, imported: true });
        }
      }
      expect(await store.find(unit, id)).toStrictEqual(aPassword(5));
      expect((await store.past(unit, id)).map(({ hash }) => hash)).toStrictEqual(
        [5, 4, 3, 2, 1].map((number) => aPassword(number).hash),
      );
    });
  });

  it('lets one of twenty changes at once take the place of a password', async () => {
    const { id, scope } = await aUser();
    await bench.units.run(scope, (unit) => store.insert(unit, id, aPassword(0)));
    const endings = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        bench.units.run(scope, (unit) =>
          store.replace(unit, id, {
            from: aPassword(0).hash,
            to: aPassword(at + 1),
            retiredId: crypto.randomUUID(),
          }),
        ),
      ),
    );
    expect(endings.filter(Boolean)).toHaveLength(1);
    const past = await bench.units.run(scope, (unit) => store.past(unit, id));
    expect(past).toHaveLength(2);
  });

  it('renews a hash without history, and its dates stay', async () => {
    const { id, scope } = await aUser();
    await bench.units.run(scope, async (unit) => {
      await store.insert(unit, id, aPassword(0, { imported: true, expiresAt: later(NOON, DAY) }));
      const change = { from: aPassword(0).hash, to: '$argon2id$anew' };
      expect(await store.renew(unit, id, change)).toBe(true);
      expect(await store.renew(unit, id, change)).toBe(false);
      expect(await store.find(unit, id)).toStrictEqual(
        aPassword(0, { hash: change.to, expiresAt: later(NOON, DAY) }),
      );
      expect(await store.past(unit, id)).toHaveLength(1);
    });
  });

  it('writes for no user of another tenant', async () => {
    const { id, scope } = await aUser();
    const own = inTenant(await bench.aTenant());
    await bench.units.run(scope, (unit) => store.insert(unit, id, aPassword(0)));
    const change = { from: aPassword(0).hash, to: aPassword(1), retiredId: crypto.randomUUID() };
    await bench.units.run(own, async (unit) => {
      expect(await store.insert(unit, id, aPassword(1))).toBe(false);
      expect(await store.replace(unit, id, change)).toBe(false);
      expect(await store.renew(unit, id, { from: change.from, to: 'mine' })).toBe(false);
      expect(await store.past(unit, id)).toStrictEqual([]);
    });
    const kept = await bench.units.run(scope, (unit) => store.find(unit, id));
    expect(kept).toStrictEqual(aPassword(0));

    const bare = await aUser();
    const reaching = bench.units.run(own, (unit) => store.insert(unit, bare.id, aPassword(1)));
    await expect(reaching).rejects.toThrow();
  });

  it('writes nothing outside of a tenant', async () => {
    const { id } = await aUser();
    const outside = bench.units.run(SYSTEM, (unit) => store.insert(unit, id, aPassword(0)));
    await expect(outside).rejects.toThrow(TypeError);
  });
});
