import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { TenantBoundary, Unavailable } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { type Bouncer, startBouncer } from '#src/testing/bouncer.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { operatorOf, reachInto } from '#src/testing/scopes.ts';
import { aBench, aLedger, type Bench, inTenant, mark, NOON, SYSTEM } from './bench.ts';
import { migrate } from './migrate.ts';
import { users } from './schema/users.ts';
import { client, rows } from './units.ts';

/** Connections to the server that all of ours share: whatever one unit left would meet another. */
const SERVER_CONNECTIONS = 2;

let bouncer: Bouncer;
let database: TestDatabase;
let bench: Bench;
let tenants: TenantId[];

beforeAll(async () => {
  bouncer = await startBouncer(inject('postgresUrl'), SERVER_CONNECTIONS);
  database = await anOwnDatabase('empty');
  await migrate({ url: bouncer.inFrontOf(database.url), logger: aLedger() });
  bench = await aBench({ url: bouncer.inFrontOf(database.url), poolSize: 8 });
  tenants = [];
  for (let n = 0; n < 6; n += 1) {
    const tenant = await bench.aTenant();
    await bench.aUser(tenant);
    tenants.push(tenant);
  }
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await bouncer[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function seen(unit: Unit): Promise<string[]> {
  const found = await rows(unit).selectDistinct({ tenant: users.tenantId }).from(users);
  return found.map(({ tenant }) => tenant);
}

/** Every tenant many times over, all at once. */
function crowd<T>(work: (tenant: TenantId) => Promise<T>): Promise<T[]> {
  return Promise.all(
    Array.from({ length: 20 }, () => tenants)
      .flat()
      .map(work),
  );
}

describe('behind PgBouncer in transaction mode', () => {
  test('a schema has been migrated', async () => {
    expect(await migrate({ url: bouncer.inFrontOf(database.url), logger: aLedger() })).toEqual([]);
  });

  test.each(['run', 'once'] as const)(
    'units of a crowd see their own tenant each, in %s',
    async (way) => {
      const found = await crowd((tenant) => bench.units[way](inTenant(tenant), seen));
      expect(found).toEqual(
        Array.from({ length: 20 }, () => tenants.map((tenant) => [tenant])).flat(),
      );
    },
  );

  test.each(['run', 'once'] as const)(
    'administrators see the tenant they are inside of, and operators all of them, in %s',
    async (way) => {
      const home = tenants[0] as TenantId;
      const found = await crowd(async (tenant) => [
        await bench.units[way](reachInto(tenant, home), seen),
        (await bench.units[way](operatorOf(home), seen)).length,
      ]);
      expect(found).toEqual(
        Array.from({ length: 20 }, () =>
          tenants.map((tenant) => [[tenant], tenants.length]),
        ).flat(),
      );
      for (let n = 0; n < 2 * SERVER_CONNECTIONS; n += 1) {
        const bare = await bench.pool.query(
          `select current_setting('avian.scope', true) as scope, current_setting('avian.tenant', true) as tenant`,
        );
        expect(['', null]).toContain(bare.rows[0]?.scope);
        expect(['', null]).toContain(bare.rows[0]?.tenant);
      }
    },
  );

  test('units of several statements stay in one transaction', async () => {
    const count = await crowd((tenant) =>
      bench.units.run(inTenant(tenant), async (unit) => {
        await client(unit).query(`update users set name = $1`, [mark()]);
        const [before] = (
          await client(unit).query('select name, txid_current() as transaction from users')
        ).rows;
        const [after] = (
          await client(unit).query('select name, txid_current() as transaction from users')
        ).rows;
        expect(after).toEqual(before);
        return after;
      }),
    );
    expect(new Set(count.map((row) => row?.['transaction'])).size).toBe(count.length);
  });

  test('a unit that fails leaves no scope to the next on the same connection', async () => {
    const outcomes = await crowd(async (tenant) => {
      const fails = bench.units.run(inTenant(tenant), (unit) => client(unit).query('select 1 / 0'));
      await expect(fails).rejects.toThrow('division by zero');
      const bare = await bench.pool.query(
        `select current_setting('avian.tenant', true) as tenant, current_user = session_user as own_role`,
      );
      return bare.rows[0];
    });
    for (const row of outcomes) expect(['', null]).toContain(row?.tenant);
    expect(outcomes.every((row) => row?.own_role)).toBe(true);
  });

  test('a row of another tenant is refused', async () => {
    const [ours, theirs] = tenants as [TenantId, TenantId];
    const user = { id: crypto.randomUUID(), tenantId: theirs, email: mark(), name: 'Ada' };
    const times = { sessionsValidFrom: NOON, createdAt: NOON, updatedAt: NOON };
    const write = (unit: Unit) =>
      rows(unit)
        .insert(users)
        .values({ ...user, ...times });
    await expect(bench.units.run(inTenant(ours), write)).rejects.toThrow(TenantBoundary);
  });

  test('a statement that takes too long is given up, and its connection serves on', async () => {
    await using hasty = await aBench(
      { url: bouncer.inFrontOf(database.url), poolSize: 1, statementTimeoutMs: 5000 },
      { statementTimeoutMs: 30 },
    );
    const sleep = (unit: Unit) => client(unit).query('select pg_sleep(30)');
    await expect(hasty.units.run(SYSTEM, sleep)).rejects.toThrow(Unavailable);
    await expect(hasty.units.once(SYSTEM, sleep)).rejects.toThrow(Unavailable);
    const after = await bench.pool.query(`select current_setting('statement_timeout') as patience`);
    expect(after.rows).toEqual([{ patience: '0' }]);
  });

  test('the server was asked for few connections', async () => {
    await crowd((tenant) => bench.units.run(inTenant(tenant), seen));
    const direct = new Client({ connectionString: database.url, application_name: 'avian-test' });
    await direct.connect();
    const { rowCount } = await direct.query(
      `select from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    await direct.end();
    expect(rowCount).toBe(SERVER_CONNECTIONS);
  });
});
