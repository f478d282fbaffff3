import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createTenantDesk, type Followers } from './desk.ts';
import { createTenancy, type Tenancy } from './service.ts';
import { createTenantStore } from './store.pg.ts';
import type { Tenant } from './tenant.ts';

let bench: Bench;
let tenancy: Tenancy;
const clock = createTestClock();
const ids = createIds();
const store = createTenantStore();
const followed: { id: TenantId; days: number | null }[] = [];

beforeAll(async () => {
  bench = await aBench();
  const { units } = bench;
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const followers: Followers = {
    passwordDays: async (_, id, days) => void followed.push({ id, days }),
    shut: async () => undefined,
  };
  const desk = createTenantDesk({ units, store, audit, clock, ids, followers });
  tenancy = createTenancy({ units, store, audit, clock, desk });
});
afterAll(() => bench[Symbol.asyncDispose]());

function made(outcome: Outcome<Tenant, string>): Tenant {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

function entries(slug: string) {
  return bench.units.run(SYSTEM, async (unit) => {
    const found = await client(unit).query(
      `select action, outcome, tenant_id from audit_entries where details->>'slug' = $1 order by id`,
      [slug],
    );
    return found.rows;
  });
}

describe('tenancy', () => {
  it('makes a tenant that is found by its slug, with its entry', async () => {
    const slug = `t-${mark()}`;
    const tenant = made(await tenancy.create({ slug, name: ' Acme  Ltd ' }));
    expect(tenant).toMatchObject({ slug, name: 'Acme Ltd', status: 'active', operator: false });
    expect(await tenancy.locate(slug)).toStrictEqual(tenant);
    expect(await entries(slug)).toStrictEqual([
      { action: 'tenant.created', outcome: 'success', tenant_id: tenant.id },
    ]);
  });

  it('lets one of twenty take a slug, and enters the others’ attempts as refused', async () => {
    const slug = `t-${mark()}`;
    const endings = await Promise.all(
      Array.from({ length: 20 }, () => tenancy.create({ slug, name: 'Acme' })),
    );
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
    expect(endings.filter((ending) => !ending.ok && ending.reason === 'slug-taken')).toHaveLength(
      19,
    );
    expect(await entries(slug)).toHaveLength(20);
  });

  it('refuses what cannot be a tenant, and writes nothing', async () => {
    await expect(tenancy.create({ slug: 'Admin', name: 'Acme' })).rejects.toBeInstanceOf(
      InvalidInput,
    );
    expect(await entries('Admin')).toStrictEqual([]);
  });

  it.each(['nobody-here', '', '\0', "' or 1=1", 'a'.repeat(100_000)])(
    'finds none by %j',
    async (slug) => {
      expect(await tenancy.locate(slug)).toBeUndefined();
    },
  );

  it('shows a tenant to itself and to nobody else', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const seen = (id: typeof own) => bench.units.run(inTenant(own), (unit) => store.find(unit, id));
    expect(await seen(own)).toMatchObject({ id: own });
    expect(await seen(other)).toBeUndefined();
  });

  it('changes what is named, enters what it was and what it is, and lets follow what hangs on it', async () => {
    const slug = `t-${mark()}`;
    const { id } = made(await tenancy.create({ slug, name: 'Acme' }));
    followed.length = 0;
    const changes = { registration: 'open', passwordDays: 30 } as const;
    expect(await tenancy.update(slug, changes)).toMatchObject({ ok: true, value: changes });
    expect(await tenancy.locate(slug)).toMatchObject({ id, name: 'Acme', ...changes });
    expect(followed).toStrictEqual([{ id, days: 30 }]);
    const details = await bench.units.run(inTenant(id), async (unit) => {
      const found = await client(unit).query<{ details: unknown }>(
        `select details from audit_entries where action = 'tenant.updated'`,
      );
      return found.rows.map((row) => row.details);
    });
    const was = { registration: 'off', passwordDays: 90 };
    expect(details).toStrictEqual([{ before: was, after: changes }]);
  });

  it('changes nothing where one of the settings cannot be', async () => {
    const slug = `t-${mark()}`;
    made(await tenancy.create({ slug, name: 'Acme' }));
    const before = await tenancy.locate(slug);
    const changes = { registration: 'open', passwordDays: 0.5 } as const;
    await expect(tenancy.update(slug, changes)).rejects.toBeInstanceOf(InvalidInput);
    expect(await tenancy.locate(slug)).toStrictEqual(before);
  });
});
