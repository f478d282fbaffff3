import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TenantBoundary } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { aBench, type Bench, inTenant, SYSTEM } from './bench.ts';
import { auditEntries } from './schema/audit.ts';
import { client, rows } from './units.ts';

let database: TestDatabase;
let bench: Bench;
let owner: Client;
let tenant: TenantId;

beforeAll(async () => {
  database = await anOwnDatabase();
  bench = await aBench({ url: database.url });
  owner = new Client({ connectionString: database.url, application_name: 'avian-test' });
  await owner.connect();
  tenant = await bench.aTenant();
  await prepare('2026-11-24T12:00:00Z', 2);
  await bench.units.run(inTenant(tenant), (unit) => record(unit, '2026-12-01T00:00:00Z'));
  await bench.units.run(inTenant(tenant), (unit) => record(unit, '2031-05-05T00:00:00Z'));
});
afterAll(async () => {
  await owner.end();
  await bench[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function prepare(from: string, months: number): Promise<unknown> {
  return bench.units.run(SYSTEM, async (unit) => {
    const { rows } = await client(unit).query('select audit_prepare($1, $2) as made', [
      from,
      months,
    ]);
    return rows[0]?.['made'];
  });
}

async function record(unit: Unit, at: string): Promise<void> {
  await rows(unit)
    .insert(auditEntries)
    .values({
      id: crypto.randomUUID(),
      at: new Date(at),
      tenantId: tenant,
      actorKind: 'visitor',
      action: 'sign-in.refused',
      outcome: 'wrong',
      details: {},
    });
}

async function partitionOf(at: string): Promise<string | undefined> {
  const { rows } = await owner.query(
    'select tableoid::regclass::text as partition from audit_entries where at = $1',
    [at],
  );
  return rows[0]?.partition;
}

describe('audit_prepare', () => {
  test('makes a partition for each month from the first to the last asked for', async () => {
    const { rows: found } = await owner.query(
      `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds from pg_class c
       where c.relispartition and c.relkind = 'r' and c.relname ~ '_y2' order by 1 limit 3`,
    );
    expect(found.map(({ name }) => name)).toEqual([
      'audit_entries_y2026m11',
      'audit_entries_y2026m12',
      'audit_entries_y2027m01',
    ]);
  });

  test('bounds months in UTC, wherever the server is', async () => {
    await owner.query(`set timezone = 'Pacific/Kiritimati'`);
    try {
      await owner.query(`select audit_prepare('2040-01-31T23:30:00Z', 0)`);
      const { rows: found } = await owner.query(
        `select to_regclass('audit_entries_y2040m01') is not null as january, to_regclass('audit_entries_y2040m02') as february`,
      );
      expect(found).toEqual([{ january: true, february: null }]);
    } finally {
      await owner.query('reset timezone');
    }
  });

  test('makes only what is missing', async () => {
    expect(await prepare('2026-11-30T23:59:59Z', 2)).toBe(0);
    expect(await prepare('2027-01-01T00:00:00Z', 1)).toBe(1);
  });

  test('serves several at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () => prepare('2028-01-01T00:00:00Z', 3)),
    );
    expect(made.toSorted()).toEqual([0, 0, 0, 4]);
  });

  test('leaves a month alone whose entries came before its partition', async () => {
    expect(await prepare('2031-05-01T00:00:00Z', 1)).toBe(1);
    expect(await partitionOf('2031-05-05T00:00:00Z')).toBe('audit_entries_default');
    await bench.units.run(inTenant(tenant), (unit) => record(unit, '2031-05-06T00:00:00Z'));
    expect(await partitionOf('2031-05-06T00:00:00Z')).toBe('audit_entries_default');
  });

  test.each([-1, 121])('refuses %d months', async (months) => {
    await expect(prepare('2029-01-01T00:00:00Z', months)).rejects.toThrow('between 0 and 120');
  });
});

describe('an entry', () => {
  test('lies in the partition of its month, or else in the one for the rest', async () => {
    expect(await partitionOf('2026-12-01T00:00:00Z')).toBe('audit_entries_y2026m12');
    expect(await partitionOf('2031-05-05T00:00:00Z')).toBe('audit_entries_default');
  });

  test('is its tenant’s to read, and no other’s', async () => {
    const read = (unit: Unit) => rows(unit).select({ at: auditEntries.at }).from(auditEntries);
    expect((await bench.units.run(inTenant(tenant), read)).length).toBeGreaterThan(1);
    expect(await bench.units.run(inTenant(await bench.aTenant()), read)).toEqual([]);
  });

  test('is not written for another tenant', async () => {
    const stranger = inTenant(await bench.aTenant());
    const write = (unit: Unit) => record(unit, '2026-12-02T00:00:00Z');
    await expect(bench.units.run(stranger, write)).rejects.toThrow(TenantBoundary);
  });
});

const PARTS = ['audit_entries', 'audit_entries_y2026m12', 'audit_entries_default'];

describe.each(PARTS)('%s', (table) => {
  test.each([
    `update ${table} set outcome = 'success'`,
    `delete from ${table}`,
    `truncate ${table}`,
    `drop table ${table}`,
    `alter table ${table} disable trigger all`,
    `alter table ${table} no force row level security`,
    `create trigger mine before insert on ${table} execute function suppress_redundant_updates_trigger()`,
    `insert into ${table} select * from ${table} on conflict (at, id) do update set outcome = 'success'`,
  ])('refuses the application: %s', async (statement) => {
    const work = (unit: Unit) => client(unit).query(statement);
    await expect(bench.units.run(SYSTEM, work)).rejects.toThrow(TenantBoundary);
  });

  test.each([
    `update ${table} set outcome = 'success'`,
    `delete from ${table}`,
    `truncate ${table}`,
  ])('refuses even its owner: %s', async (statement) => {
    await expect(owner.query(statement)).rejects.toThrow('append-only');
  });
});

describe('the application', () => {
  test('cannot switch triggers off for itself', async () => {
    const work = (unit: Unit) => client(unit).query('set session_replication_role = replica');
    await expect(bench.units.run(SYSTEM, work)).rejects.toThrow(TenantBoundary);
  });

  test('cannot take a partition out of the log', async () => {
    const work = (unit: Unit) =>
      client(unit).query('alter table audit_entries detach partition audit_entries_y2026m12');
    await expect(bench.units.run(SYSTEM, work)).rejects.toThrow(TenantBoundary);
  });

  test('reads and writes partitions through the log only', async () => {
    for (const statement of [
      'select * from audit_entries_y2026m12',
      'insert into audit_entries_y2026m12 select * from audit_entries',
    ]) {
      const work = (unit: Unit) => client(unit).query(statement);
      await expect(bench.units.run(SYSTEM, work)).rejects.toThrow(TenantBoundary);
    }
  });
});
