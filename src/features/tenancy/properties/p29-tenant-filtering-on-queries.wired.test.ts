import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBench, type Bench, inTenant, SYSTEM } from '#src/infra/postgres/bench.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { property } from '#src/testing/property.ts';
import {
  ofEach,
  PLANTERS,
  plant,
  plantShared,
  rowsOf,
  tenantPartitions,
  tenantTables,
} from '../bench.ts';

let database: TestDatabase;
/** One connection, so that what a unit left behind would be there for the next. */
let bench: Bench;

beforeAll(async () => {
  database = await anOwnDatabase();
  bench = await aBench({ url: database.url, poolSize: 1 });
  await bench.units.run(SYSTEM, plantShared);
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** How many rows of each table each tenant has. */
const plans = fc.array(
  fc.record(Object.fromEntries(Object.keys(PLANTERS).map((table) => [table, fc.nat(3)]))),
  { minLength: 2, maxLength: 4 },
);

type Plan = Readonly<Record<string, number>>;

async function aHousehold(plan: Plan): Promise<TenantId> {
  const tenant = await bench.aTenant();
  await bench.units.run(SYSTEM, (unit) => plant(unit, tenant, plan));
  return tenant;
}

const TABLES = [...Object.keys(PLANTERS), 'tenants'];

/** Everything that is seen in a scope, by table. */
function look(scope: typeof SYSTEM) {
  return bench.units.run(scope, async (unit) => {
    const seen: Record<string, Awaited<ReturnType<typeof rowsOf>>> = {};
    for (const table of TABLES) seen[table] = await rowsOf(unit, table);
    return seen;
  });
}

/** What the pool's connection shows to the serving role outside of any unit. */
async function lookOutside(table: string): Promise<number | 'refused'> {
  const connection = await bench.pool.connect();
  try {
    await connection.query('begin');
    await connection.query(`select set_config('role', 'avian_app', true)`);
    const found = await connection.query(`select from ${table}`);
    return found.rowCount ?? 0;
  } catch (error) {
    if (error instanceof Error && /permission denied/.test(error.message)) return 'refused';
    throw error;
  } finally {
    await connection.query('rollback');
    connection.release();
  }
}

property(29, 'Tenant Filtering on Queries', () => {
  it('speaks of every table there is with a tenant_id', async () => {
    const tables = await bench.units.run(SYSTEM, tenantTables);
    expect(tables).toStrictEqual(Object.keys(PLANTERS).toSorted());
  });

  it('shows with a tenant set that tenant’s rows, all of them and no other, in every table', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (households) => {
        const tenants: TenantId[] = [];
        for (const plan of households) tenants.push(await aHousehold(plan));
        const all = await look(SYSTEM);

        for (const [at, tenant] of tenants.entries()) {
          const seen = await look(inTenant(tenant));
          for (const table of TABLES) {
            const own = all[table]?.filter((row) => row.tenant === tenant) ?? [];
            expect(own.length).toBeGreaterThanOrEqual(households[at]?.[table] ?? 1);
            expect(seen[table]).toStrictEqual(own);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('shows with none set no row of any table, even after units that saw some', async () => {
    const tenant = await aHousehold(ofEach(1));
    for (const table of TABLES) {
      const before = await bench.units.run(inTenant(tenant), (unit) => rowsOf(unit, table));
      expect(before.length).toBeGreaterThan(0);
      expect(await lookOutside(table)).toBe(0);
    }
  });

  it('shows no partition to anybody but by its parent', async () => {
    const partitions = await bench.units.run(SYSTEM, tenantPartitions);
    expect(partitions).toContain('audit_entries_default');
    for (const partition of partitions) expect(await lookOutside(partition)).toBe('refused');
  });

  it('shows nothing to a tenant there is not', async () => {
    await aHousehold(ofEach(1));
    const nobody = '00000000-0000-0000-0000-000000000000' as TenantId;
    const seen = await look(inTenant(nobody));
    expect(Object.values(seen).flat()).toStrictEqual([]);
  });
});
