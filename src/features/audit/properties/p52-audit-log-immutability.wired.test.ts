import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { TenantBoundary } from '#src/kernel/faults.ts';
import { property } from '#src/testing/property.ts';
import { aChainBench, type ChainBench } from '../bench.ts';
import { readHeads } from '../chain.ts';
import { aTampering, keepCopy, type Placed, tampered } from './bench.ts';

let room: ChainBench;
let owner: Client;
let entries: readonly Placed[];
let heads: ReturnType<typeof readHeads>;

beforeAll(async () => {
  room = await aChainBench();
  owner = new Client({ connectionString: room.url, application_name: 'avian-test' });
  await owner.connect();
  await room.audit.prepare(2);
  const tenants = [await room.bench.aTenant(), await room.bench.aTenant(), undefined];
  const write = async (count: number) => {
    for (const tenant of tenants) await room.write(count, tenant);
    await room.linkAll();
  };
  // A month that is gone, one that has its partition, and one whose entries lie with the rest.
  await write(3);
  room.clock.set(new Date('2024-03-05T12:00:00.000Z'));
  await write(8);
  await room.sign();
  room.clock.set(new Date('2025-03-10T12:00:00.000Z'));
  await write(4);
  await room.chains.retire();
  await room.linkAll();
  heads = readHeads((await room.sign()).join('\n'), fromEpochMilliseconds);
  const { rows } = await owner.query<Placed>(
    `select entry_id as id, tenant_id as tenant, position::int,
       position = max(position) over (partition by tenant_id) as last
     from audit_links order by tenant_id, position`,
  );
  entries = rows;
  await keepCopy(owner);
});
afterAll(async () => {
  await owner.end();
  await room[Symbol.asyncDispose]();
});

const KEPT = ['audit_entries', 'audit_links', 'audit_heads', 'audit_tombstones'];
const PARTS = ['audit_links_y2024m03', 'audit_heads_y2024m03', 'audit_entries_default'];

property(52, 'Audit Log Immutability', () => {
  it.each(
    [...KEPT, ...PARTS].flatMap((table) =>
      [
        `update ${table} set tenant_id = null`,
        `delete from ${table}`,
        `truncate ${table}`,
        `drop table ${table}`,
        `alter table ${table} disable trigger all`,
        `alter table ${table} disable row level security`,
        `create rule hide as on insert to ${table} do instead nothing`,
        `create trigger hide before insert on ${table} execute function suppress_redundant_updates_trigger()`,
      ].map((statement) => [statement]),
    ),
  )('refuses the application: %s', async (statement) => {
    const work = room.bench.units.run(SYSTEM, (unit) => client(unit).query(statement));
    await expect(work).rejects.toThrow(TenantBoundary);
  });

  it.each([
    ['set local session_replication_role = replica'],
    ['alter table audit_entries detach partition audit_entries_y2024m03'],
    [`select audit_remove('audit_entries', '2024-03-01')`],
    [`select audit_retire(date_trunc('month', now())::date)`],
    [`select audit_retire('2024-03-01')`],
  ])('refuses the application: %s', async (statement) => {
    const work = room.bench.units.run(SYSTEM, (unit) => client(unit).query(statement));
    await expect(work).rejects.toThrow(TenantBoundary);
  });

  it.each(KEPT.flatMap((table) => [[`delete from ${table}`], [`truncate ${table}`]]))(
    'refuses even its owner: %s',
    async (statement) => {
      await expect(owner.query(statement)).rejects.toThrow('append-only');
    },
  );

  it('finds nothing wrong in a log that nobody touched', async () => {
    const found = await room.chains.verify({ heads });
    expect(found).toMatchObject({ wrong: 0, pending: 0, unsealed: 0, chains: 3 });
    expect(found.verified).toBe(entries.length);
  });

  it('finds whatever is done behind its back, and names it', async () => {
    await fc.assert(
      fc.asyncProperty(aTampering(entries), async ({ what, by, named }) => {
        const { findings } = await tampered(owner, by, () => room.chains.verify());
        expect(findings.some(named), `${what}: ${JSON.stringify(findings)}`).toBe(true);
      }),
      { numRuns: 220 },
    );
  }, 60_000);

  it('finds by a head that was sent out that the end of a chain is gone, heads and all', async () => {
    for (const { tenant, position } of entries.filter(({ last }) => last)) {
      const by = [
        `delete from audit_entries where id in (select entry_id from audit_links
         where tenant_id = '${tenant}' and position >= ${position - 1})`,
        `delete from audit_links where tenant_id = '${tenant}' and position >= ${position - 1}`,
        `delete from audit_heads where tenant_id = '${tenant}'`,
      ];
      const [alone, held] = await tampered(owner, by, async () => [
        await room.chains.verify(),
        await room.chains.verify({ heads }),
      ]);
      expect(alone?.wrong).toBe(0);
      expect(held?.findings).toMatchObject([
        { wrong: 'removed', tenantId: tenant, position: position - 1 },
      ]);
    }
  });

  it('finds by the time it is linked an entry that was slipped in without a seal', async () => {
    const by = [
      `insert into audit_entries (id, at, tenant_id, actor_kind, action, outcome, details)
       select gen_random_uuid(), at, tenant_id, actor_kind, action, outcome, details
       from audit_entries where id = '${entries[5]?.id}'`,
    ];
    const { findings } = await tampered(owner, by, async () => {
      await room.linkAll();
      return room.chains.verify();
    });
    expect(findings).toMatchObject([{ wrong: 'unsealed' }]);
  });
});
