import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aHealth } from '#src/features/monitoring/bench.ts';
import { createListeningLogger } from '#src/http/bench.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, SYSTEM } from '#src/infra/postgres/bench.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { maintain } from '#src/testing/maintenance.ts';
import { ofEach, plant, rowsOf, tenantTables } from './bench.ts';
import { createWallTrial } from './canary.pg.ts';
import { createCanary } from './canary.ts';

let database: TestDatabase;
let bench: Bench;
/** What was told of the walls while there was no row of any tenant's. */
let whenEmpty: readonly unknown[];

beforeAll(async () => {
  database = await anOwnDatabase();
  bench = await aBench({ url: database.url });
  const { canary, logger } = aCanary();
  await canary.sing();
  whenEmpty = logger.lines;
  const tenant = await bench.aTenant();
  await bench.units.run(SYSTEM, (unit) => plant(unit, tenant, ofEach(2)));
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function aCanary() {
  const logger = createListeningLogger();
  const ids = createIds(createTestClock());
  const canary = createCanary({ units: bench.units, trial: createWallTrial(), ids, logger });
  return { canary, logger, health: aHealth({ isolation: { ask: canary.listen } }).health };
}

/** What the canary finds while the owner has done that, by table. */
async function foundAfter(damage: string, repair: string) {
  const { canary, logger, health } = aCanary();
  try {
    await maintain(database.url, (owner) => owner.query(damage));
    await canary.sing();
    const readiness = await health.ready();
    const [line] = logger.lines;
    return { breaches: line?.['breaches'], isolation: readiness.checks.isolation.status };
  } finally {
    await maintain(database.url, (owner) => owner.query(repair));
  }
}

const POLICY = `create policy own_tenant on users
  using (tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid or current_setting('avian.scope', true) = 'system')`;

describe('the canary', () => {
  it('finds nothing open in an empty database, nor in one with rows in every table', async () => {
    const { canary, logger, health } = aCanary();
    await canary.sing();
    expect([...whenEmpty, ...logger.lines]).toEqual([]);
    expect(await health.ready()).toMatchObject({
      status: 'ok',
      checks: { isolation: { status: 'ok' } },
    });
  });

  it('finds a table whose policy was dropped, and the instance is not ready', async () => {
    const found = await foundAfter('drop policy own_tenant on users', POLICY);
    expect(found).toEqual({
      breaches: [{ table: 'users', way: 'unwalled' }],
      isolation: 'failing',
    });
  });

  it('finds every way through where row-level security was lifted', async () => {
    const { breaches } = await foundAfter(
      'alter table grants disable row level security',
      'alter table grants enable row level security',
    );
    const ways = ['unwalled', 'read with no tenant set', 'read', 'update', 'delete', 'insert'];
    expect(breaches).toEqual(ways.map((way) => ({ table: 'grants', way })));
  });

  it.each([
    ['using (true) with check (false)', ['read with no tenant set', 'read']],
    ['using (true) with check (true)', ['read with no tenant set', 'read', 'update', 'insert']],
    ['using (false) with check (true)', ['insert']],
    [`using (current_setting('avian.scope', true) <> '') with check (false)`, ['read']],
    [
      `using (coalesce(current_setting('avian.scope', true), '') in ('', 'system')) with check (false)`,
      ['read with no tenant set'],
    ],
  ])('finds what comes through a policy %s', async (clauses, ways) => {
    const { breaches } = await foundAfter(
      `create policy loose on users ${clauses}`,
      'drop policy loose on users',
    );
    expect(breaches).toEqual(ways.map((way) => ({ table: 'users', way })));
  });

  it('finds a partition that was opened beside its parent', async () => {
    const { breaches } = await foundAfter(
      'grant select on audit_entries_default to avian_app',
      'revoke select on audit_entries_default from avian_app',
    );
    expect(breaches).toEqual([{ table: 'audit_entries_default', way: 'granted' }]);
  });

  it('leaves nothing behind, even where all walls are down', async () => {
    const estate = () =>
      bench.units.run(SYSTEM, async (unit) => {
        const tables = ['tenants', ...(await tenantTables(unit))];
        const seen: unknown[] = [];
        for (const table of tables) seen.push(await rowsOf(unit, table));
        return seen;
      });
    const before = await estate();
    const all = (what: string) => `do $$ declare t name; begin
      for t in select relname from pg_class where relforcerowsecurity and relnamespace = 'public'::regnamespace loop
        execute format('alter table %I ${what} row level security', t);
      end loop; end $$`;
    const { breaches } = await foundAfter(all('disable'), all('enable'));
    expect(breaches).toContainEqual({ table: 'tenants', way: 'insert' });
    expect(await estate()).toEqual(before);
  });

  it('says so once the walls stand again, and the instance is ready', async () => {
    const { canary, logger, health } = aCanary();
    await maintain(database.url, (owner) =>
      owner.query('alter table users no force row level security'),
    );
    await canary.sing();
    await expect(canary.listen()).rejects.toThrow('Tenants are not kept apart in users.');
    await maintain(database.url, (owner) =>
      owner.query('alter table users force row level security'),
    );
    await canary.sing();
    expect(logger.lines).toMatchObject([{ level: 'error' }, { level: 'info' }]);
    expect((await health.ready()).status).toBe('ok');
  });
});
