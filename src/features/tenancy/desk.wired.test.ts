import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY } from '#src/kernel/clock.ts';
import { type TenantId, tenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { versionOf } from '#src/kernel/version.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { administratorAt, administratorOf, reachInto } from '#src/testing/scopes.ts';
import { ofEach, PLANTERS, plant } from './bench.ts';
import { createTenantDesk, type Followers, type TenantDesk } from './desk.ts';
import { createTenancy, type Tenancy } from './service.ts';
import { createTenantStore } from './store.pg.ts';
import type { Tenant } from './tenant.ts';

let database: TestDatabase;
let bench: Bench;
let desk: TenantDesk;
let tenancy: Tenancy;
let home: Tenant;
const clock = createTestClock();
const shut: TenantId[] = [];

beforeAll(async () => {
  database = await anOwnDatabase();
  bench = await aBench({ url: database.url });
  const { units } = bench;
  const [ids, store] = [createIds(clock), createTenantStore()];
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const followers: Followers = {
    passwordDays: async () => undefined,
    shut: async (_, id) => void shut.push(id),
  };
  desk = createTenantDesk({ units, store, audit, clock, ids, followers });
  tenancy = createTenancy({ units, store, audit, clock, desk });
  home = valueOf(await tenancy.create({ slug: 'home', name: 'Home', operator: true }));
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function valueOf<T>(ending: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!ending.ok) throw new Error(ending.reason);
  return ending.value;
}

function operator(): Extract<AdminScope, { kind: 'operator' }> {
  return { kind: 'operator', by: administratorAt(home.id, 'super_admin') };
}

async function aTenant(): Promise<Tenant> {
  return valueOf(await desk.create(operator(), { slug: `t-${mark()}`, name: 'Flock' }));
}

/** The log of a tenant, oldest first: what was done, and to what end. */
function logOf(id: TenantId) {
  return bench.units.run(inTenant(id), async (unit) => {
    const found = await client(unit).query<{ said: string; details: Record<string, unknown> }>(
      `select action || ' ' || outcome as said, details from audit_entries order by id`,
    );
    return found.rows;
  });
}

const said = async (id: TenantId) => (await logOf(id)).map((entry) => entry.said);

describe('the desk', () => {
  it('makes tenants for a super_admin, each entered in its own log with who it was and from where', async () => {
    const scope = operator();
    const { id } = valueOf(await desk.create(scope, { slug: `t-${mark()}`, name: 'Flock' }));
    const entries = await bench.units.run(inTenant(id), (unit) =>
      client(unit).query(
        'select action, actor_id, actor_tenant_id, tenant_id, address from audit_entries',
      ),
    );
    const [by, from] = [scope.by.actor.id, scope.by.origin.address];
    expect(entries.rows).toEqual([
      {
        action: 'tenant.created',
        actor_id: by,
        actor_tenant_id: home.id,
        tenant_id: id,
        address: from,
      },
    ]);
  });

  it('makes one operator’s tenant at most', async () => {
    const again = await tenancy.create({ slug: 'another', name: 'Another', operator: true });
    expect(again).toEqual({ ok: false, reason: 'operator-there' });
    const same = await tenancy.create({ slug: 'home', name: 'Home' });
    expect(same).toEqual({ ok: false, reason: 'slug-taken' });
  });

  it('lists all by slug, page by page, and to whoever is inside a tenant that one alone', async () => {
    for (let made = 0; made < 5; made += 1) await aTenant();
    const slugs: string[] = [];
    let behind: string | undefined;
    do {
      const page = await desk.list(operator(), { limit: 2, ...(behind && { after: behind }) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      slugs.push(...page.items.map(({ slug }) => slug));
      behind = page.next;
    } while (behind !== undefined);
    expect(slugs.length).toBeGreaterThan(5);
    expect(slugs).toEqual([...new Set(slugs)].toSorted());

    const own = await aTenant();
    const seen = await desk.list(administratorOf(own.id), { limit: 100 });
    expect(seen).toEqual({ items: [own] });
    expect((await logOf(own.id)).at(-1)).toEqual({
      said: 'tenant.read success',
      details: { count: 1 },
    });
  });

  it('answers a tenant that is somebody else’s as one that is not there, and does nothing to it', async () => {
    const [own, other] = [await aTenant(), await aTenant()];
    const scope = administratorOf(own.id);
    for (const id of [other.id, tenantId(crypto.randomUUID())]) {
      const unknown = { ok: false, reason: 'unknown' };
      expect(await desk.find(scope, id)).toBeUndefined();
      expect(await desk.update(scope, id, { name: 'Mine' })).toEqual(unknown);
      for (const act of ['suspend', 'resume', 'delete', 'restore'] as const)
        expect(await desk[act](scope, id)).toEqual(unknown);
    }
    expect(await tenancy.locate(other.slug)).toEqual(other);
    expect(await said(other.id)).toEqual(['tenant.created success']);
    expect(await said(own.id)).toHaveLength(1 + 2 * 6);
  });

  it('changes what was seen, and refuses what is not there any more as it was', async () => {
    const tenant = await aTenant();
    const scope = administratorOf(tenant.id);
    const seen = versionOf(tenant);
    const next = valueOf(await desk.update(scope, tenant.id, { sessionLimit: 3 }, seen));
    expect(versionOf(next)).not.toBe(seen);
    const late = { ok: false, reason: 'changed' };
    expect(await desk.update(scope, tenant.id, { sessionLimit: 9 }, seen)).toEqual(late);
    expect(await desk.suspend(operator(), tenant.id, seen)).toEqual(late);
    expect(await tenancy.locate(tenant.slug)).toEqual(next);
    expect((await logOf(tenant.id)).slice(1)).toEqual([
      {
        said: 'tenant.updated success',
        details: { before: { sessionLimit: null }, after: { sessionLimit: 3 } },
      },
      { said: 'tenant.updated changed', details: {} },
      { said: 'tenant.suspended changed', details: {} },
    ]);
  });

  it('shuts a tenant once: its people are out when it is suspended, and again after it was resumed', async () => {
    const { id } = await aTenant();
    const scope = reachInto(id, home.id);
    shut.length = 0;
    expect(valueOf(await desk.suspend(scope, id))).toMatchObject({ status: 'suspended' });
    expect(await desk.suspend(scope, id)).toEqual({ ok: false, reason: 'wrong-state' });
    valueOf(await desk.delete(scope, id));
    expect(shut).toEqual([id]);
    expect(valueOf(await desk.restore(scope, id)).status).toBe('suspended');
    expect(valueOf(await desk.resume(scope, id)).status).toBe('active');
    valueOf(await desk.delete(scope, id));
    expect(shut).toEqual([id, id]);
    const log = await logOf(id);
    expect(log.slice(1).map((entry) => entry.said)).toEqual([
      'tenant.suspended success',
      'tenant.suspended wrong-state',
      'tenant.deletion-asked success',
      'tenant.restored success',
      'tenant.resumed success',
      'tenant.deletion-asked success',
    ]);
    expect(log[1]?.details).toMatchObject({
      operatorReason: 'A ticket.',
      before: { status: 'active' },
      after: { status: 'suspended' },
    });
  });

  it('does not shut the operator’s, and neither does the database', async () => {
    for (const act of ['suspend', 'delete'] as const)
      expect(await desk[act](operator(), home.id)).toEqual({ ok: false, reason: 'operator' });
    const beside = bench.units.run(SYSTEM, (unit) =>
      client(unit).query(`update tenants set status = 'suspended' where id = $1`, [home.id]),
    );
    await expect(beside).rejects.toThrow('tenants_operator_check');
  });
});

/** How many rows each table has of a tenant's. */
async function estateOf(id: TenantId): Promise<Record<string, number>> {
  return bench.units.run(SYSTEM, async (unit) => {
    const counts: Record<string, number> = {};
    for (const table of Object.keys(PLANTERS)) {
      const found = await client(unit).query<{ n: number }>(
        `select count(*) as n from ${table} where tenant_id = $1`,
        [id],
      );
      const n = found.rows[0]?.n ?? 0;
      if (n > 0) counts[table] = n;
    }
    return counts;
  });
}

describe('a tenant whose grace is over', () => {
  it('is gone with all that was in it and nothing of another’s, but for its log; its slug is free', async () => {
    const [going, staying] = [await aTenant(), await aTenant()];
    for (const { id } of [going, staying])
      await bench.units.run(SYSTEM, (unit) => plant(unit, id, ofEach(3)));
    const before = await estateOf(staying.id);
    const { deletesAt } = valueOf(await desk.delete(operator(), going.id));
    expect(deletesAt).toEqual(new Date(clock.now().getTime() + 30 * DAY));

    clock.pass(30 * DAY - 1);
    await tenancy.removeDue();
    expect(Object.keys(await estateOf(going.id))).toEqual(Object.keys(PLANTERS));
    clock.pass(1);
    expect(await desk.restore(operator(), going.id)).toEqual({ ok: false, reason: 'too-late' });
    await tenancy.removeDue();

    const left = Object.keys(await estateOf(going.id));
    expect(left.filter((table) => !table.startsWith('audit_'))).toEqual([]);
    expect(await tenancy.locate(going.slug)).toBeUndefined();
    expect(await estateOf(staying.id)).toEqual(before);
    expect(await logOf(going.id)).toContainEqual({
      said: 'tenant.deleted success',
      details: { slug: going.slug, name: 'Flock' },
    });
    const again = valueOf(await tenancy.create({ slug: going.slug, name: 'Flock' }));
    expect(again.id).not.toBe(going.id);
  });

  it('is removed in steps, people first, and by one node of several', async () => {
    const { id } = await aTenant();
    await bench.units.run(SYSTEM, (unit) => plant(unit, id, { users: 5, invitations: 1 }));
    valueOf(await desk.delete(operator(), id));
    clock.pass(30 * DAY);
    const store = createTenantStore();
    const step = () => bench.units.run(SYSTEM, (unit) => store.remove(unit, id, clock.now(), 2));
    expect(await step()).toBe('more');
    expect(await estateOf(id)).toMatchObject({ users: 3, invitations: 1 });
    await bench.units.run(SYSTEM, async (unit) => {
      expect(await store.remove(unit, id, clock.now(), 2)).toBe('more');
      expect(await step()).toBeUndefined();
    });
    await Promise.all([tenancy.removeDue(), tenancy.removeDue()]);
    expect((await said(id)).filter((entry) => entry === 'tenant.deleted success')).toHaveLength(1);
  });

  it('is out of reach of whoever is inside a tenant, and of nobody’s while it is not due', async () => {
    const { id } = await aTenant();
    const store = createTenantStore();
    const late = new Date(clock.now().getTime() + 99 * DAY);
    const remove = (scope: typeof SYSTEM) =>
      bench.units.run(scope, (unit) => store.remove(unit, id, late, 10));
    expect(await remove(SYSTEM)).toBeUndefined();
    valueOf(await desk.delete(operator(), id));
    expect(await remove(inTenant(id))).toBeUndefined();
    expect(await remove(inTenant(home.id))).toBeUndefined();
    expect(await remove(SYSTEM)).toBe('gone');
  });
});
