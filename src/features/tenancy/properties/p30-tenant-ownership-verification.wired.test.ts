import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { type ClientDraft, createClientStore, createClients } from '#src/features/clients/index.ts';
import { createPasswordStore } from '#src/features/passwords/index.ts';
import { createSessionStore, createSessions } from '#src/features/sessions/index.ts';
import { createUserStore } from '#src/features/users/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, mark, NOON, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { Fault, TenantBoundary } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { property } from '#src/testing/property.ts';
import { clientRow, ofEach, PLANTERS, plant, rowsOf } from '../bench.ts';
import { createTenantStore } from '../store.pg.ts';

let database: TestDatabase;
let bench: Bench;

beforeAll(async () => {
  database = await anOwnDatabase();
  bench = await aBench({ url: database.url });
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const TABLES = Object.keys(PLANTERS);

/** A tenant with so many rows in every table. */
async function aHousehold(rows: number): Promise<TenantId> {
  const tenant = await bench.aTenant();
  await bench.units.run(SYSTEM, (unit) => plant(unit, tenant, ofEach(rows)));
  return tenant;
}

/** Everything a tenant has, as the server sees it. */
function estateOf(tenant: TenantId) {
  return bench.units.run(SYSTEM, async (unit) => {
    const rows = [];
    for (const table of [...TABLES, 'tenants']) {
      const found = await rowsOf(unit, table);
      rows.push(
        ...found.filter((row) => row.tenant === tenant).map(({ row }) => `${table} ${row}`),
      );
    }
    return rows;
  });
}

/** The key columns of a table, and its other ones. */
async function columnsOf(unit: Unit, table: string) {
  const found = await client(unit).query<{ name: string; key: boolean }>(
    `select a.attname as name, coalesce(a.attnum = any (i.indkey), false) as key
     from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [table],
  );
  const names = (key: boolean) =>
    found.rows.filter((row) => row.key === key).map(({ name }) => name);
  return { keys: names(true), others: names(false) };
}

type Statement = 'select' | 'update' | 'delete' | 'steal';

/** Reaches for one row of another tenant's by its id, in the way of a statement; answers how many it touched. */
async function reach(from: TenantId, to: TenantId, table: string, statement: Statement) {
  const { keys, others } = await bench.units.run(SYSTEM, (unit) => columnsOf(unit, table));
  const own = await bench.units.run(inTenant(to), (unit) =>
    client(unit).query(`select * from ${table} limit 1`),
  );
  const row: Record<string, unknown> = own.rows[0] ?? fail();
  const where = keys.map((key, at) => `${key} = $${at + 1}`).join(' and ');
  const text = {
    select: `select * from ${table} where ${where}`,
    update: `update ${table} set ${others.at(-1)} = ${others.at(-1)} where ${where}`,
    delete: `delete from ${table} where ${where}`,
    steal: `update ${table} set tenant_id = '${from}' where ${where}`,
  }[statement];
  const values = keys.map((key) => row[key]);
  return touched(from, (unit) => client(unit).query(text, values));
}

async function touched(
  tenant: TenantId,
  work: (unit: Unit) => Promise<{ rowCount: number | null }>,
): Promise<number | null> {
  try {
    return (await bench.units.run(inTenant(tenant), work)).rowCount;
  } catch (error) {
    // Refused by grant, trigger or policy: nothing was touched.
    if (error instanceof TenantBoundary) return 0;
    throw error;
  }
}

property(30, 'Tenant Ownership Verification', () => {
  it('lets no statement reach a row of another tenant’s by its id, in any table', async () => {
    const way = fc.record({
      table: fc.constantFrom(...TABLES),
      statement: fc.constantFrom<Statement>('select', 'update', 'delete', 'steal'),
      towardsFirst: fc.boolean(),
    });
    const [one, other] = [await aHousehold(2), await aHousehold(2)];
    const before = [await estateOf(one), await estateOf(other)];
    await fc.assert(
      fc.asyncProperty(way, async ({ table, statement, towardsFirst }) => {
        const [from, to] = towardsFirst ? [other, one] : [one, other];
        expect(await reach(from, to, table, statement)).toBe(0);
      }),
      { numRuns: 200 },
    );
    expect([await estateOf(one), await estateOf(other)]).toStrictEqual(before);
  });

  it.each(TABLES)('lets nobody write a row into %s for another tenant', async (table) => {
    const [own, other] = [await aHousehold(1), await aHousehold(1)];
    const planter = PLANTERS[table] ?? fail();
    const insertion = await bench.units.run(SYSTEM, (unit) => planter(unit, other));
    const before = await estateOf(other);
    const reaching = bench.units.run(inTenant(own), (unit) => client(unit).query(...insertion));
    await expect(reaching).rejects.toBeInstanceOf(TenantBoundary);
    expect(await estateOf(other)).toStrictEqual(before);
  });

  it('hangs no row of one tenant on a user, a grant or a client of another', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const { id } = await bench.aUser(other);
    const grant = await bench.aGrant(other, id);
    const shop = mark();
    await bench.units.run(SYSTEM, (unit) => client(unit).query(...clientRow(other, shop)));
    const mine = await bench.aUser(own);
    const values = [own, id, NOON, mark(), grant, shop, mine.id, crypto.randomUUID()];
    const attempts = [
      `insert into passwords (user_id, tenant_id, hash, changed_at) values ($2, $1, 'x', $3)`,
      `insert into password_history (id, tenant_id, user_id, hash, retired_at) values ($8, $1, $2, 'x', $3)`,
      `insert into grants (id_digest, tenant_id, user_id, client_id, payload, created_at, expires_at) values ($4, $1, $2, 'c', '{}', $3, $3)`,
      `insert into refresh_tokens (id_digest, tenant_id, user_id, client_id, grant_digest, payload, created_at, expires_at) values ($4, $1, $7, 'c', $5, '{}', $3, $3)`,
      `insert into session_revocations (uid_digest, tenant_id, user_id, reason, revoked_at, expires_at) values ($4, $1, $2, 'x', $3, $3)`,
      `insert into client_secrets (id, tenant_id, client_id, secret_digest, created_at) values ($8, $1, $6, 'd', $3)`,
    ];
    const before = await estateOf(other);
    for (const text of attempts) {
      const attempt = bench.units.run(inTenant(own), (unit) =>
        client(unit).query(...numbered(text, values)),
      );
      await expect(attempt).rejects.toMatchObject({ code: 'conflict' });
    }
    expect(await estateOf(other)).toStrictEqual(before);
  });

  it('answers in the stores as if there were nothing', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const { id, email } = await bench.aUser(other);
    const { users, passwords, tenants, clients } = stores();
    await bench.units.run(inTenant(other), (unit) => passwords.insert(unit, id, PASSWORD));
    const before = await estateOf(other);

    await bench.units.run(inTenant(own), async (unit) => {
      expect(await users.find(unit, id)).toBeUndefined();
      expect(await users.moveEpoch(unit, id, NOON)).toBeUndefined();
      expect(await passwords.find(unit, id)).toBeUndefined();
      expect(await passwords.past(unit, id)).toStrictEqual([]);
      expect(await passwords.replace(unit, id, THEFT)).toBe(false);
      expect(await passwords.renew(unit, id, { from: PASSWORD.hash, to: 'mine' })).toBe(false);
      expect(await tenants.find(unit, other)).toBeUndefined();
      expect(await clients.list(unit)).toStrictEqual([]);
      // The one question that comes before a tenant is known answers with ids alone.
      expect(await users.locate(unit, email)).toStrictEqual({ id, tenantId: other });
    });
    expect(await estateOf(other)).toStrictEqual(before);
  });

  it('refuses in the stores what would write for another', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const { id } = await bench.aUser(other);
    const { users, passwords, sessions, audit } = stores();
    const user = await bench.units.run(inTenant(other), (unit) => users.find(unit, id));
    if (!user) throw new Error('The user is gone');
    const revocation = {
      uidDigest: mark(),
      userId: id,
      reason: 'spite',
      revokedAt: NOON,
      expiresAt: NOON,
    };
    const event = {
      action: 'tenant.updated',
      outcome: 'success',
      actor: { kind: 'visitor' },
    } as const;
    const acts: ((unit: Unit) => Promise<unknown>)[] = [
      (unit) =>
        users.insert(unit, { ...user, id: crypto.randomUUID() as typeof id, email: mark() }),
      (unit) => passwords.insert(unit, id, PASSWORD),
      (unit) => sessions.revoke(unit, { ...revocation, tenantId: other }),
      (unit) => sessions.revoke(unit, { ...revocation, tenantId: own }),
      (unit) => audit.record(unit, { ...event, tenantId: other }),
    ];
    const before = await estateOf(other);
    for (const act of acts) {
      await expect(bench.units.run(inTenant(own), act)).rejects.toBeInstanceOf(Fault);
    }
    expect(await estateOf(other)).toStrictEqual(before);
  });

  it('ends no session of another tenant’s user, whoever asks', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const { id } = await bench.aUser(other);
    const { units } = bench;
    const clock = createTestClock();
    const { users, tenants, sessions: store, audit } = stores();
    const digest = createDigest(randomBytes(32));
    const told = {
      outbox: { logout: async () => undefined, mail: async () => true },
      applications: { of: async () => [] },
    };
    const sessions = createSessions({
      ...{ units, store, users, tenants, audit, clock, digest, ...told },
      issuer: 'https://id.test',
    });
    const facts = { uid: mark(), userId: id, startedAt: clock.now(), signedInAt: clock.now() };

    const reaching = sessions.end({ tenantId: own, userId: id, uid: facts.uid, reason: 'spite' });
    await expect(reaching).rejects.toBeInstanceOf(Fault);
    await units.run(inTenant(own), (unit) => sessions.endAll(unit, id, 'spite'));
    expect(await sessions.judge(facts)).toMatchObject({ alive: true });
  });

  it('registers no application for a tenant there is not', async () => {
    const { units } = bench;
    const { clients: store, audit } = stores();
    const [clock, ids, digest] = [createTestClock(), createIds(), createDigest(randomBytes(32))];
    const resources = { offered: async () => new Map() };
    const clients = createClients({ units, store, audit, clock, ids, digest, resources });
    const tenantId = crypto.randomUUID() as TenantId;
    const draft: ClientDraft = { kind: 'machine', name: 'Job', tenantId };
    await expect(clients.create(draft)).rejects.toBeInstanceOf(Fault);
    expect((await clients.list()).filter((each) => each.tenantId === tenantId)).toStrictEqual([]);
  });
});

const PASSWORD = { hash: '$argon2id$x', imported: false, changedAt: NOON, expiresAt: null };
const THEFT = {
  from: PASSWORD.hash,
  to: { ...PASSWORD, hash: 'mine' },
  retiredId: crypto.randomUUID(),
};

function stores() {
  const { units } = bench;
  const ids = createIds();
  return {
    users: createUserStore(),
    passwords: createPasswordStore(),
    tenants: createTenantStore(),
    clients: createClientStore(),
    sessions: createSessionStore(),
    audit: createAudit({ units, store: createAuditStore(), clock: createTestClock(), ids }),
  };
}

/** The statement with only the values it names: the server counts them. */
function numbered(text: string, values: readonly unknown[]): [string, unknown[]] {
  const used = [
    ...new Set([...text.matchAll(/\$(\d)/g)].map((match) => Number(match[1]))),
  ].toSorted();
  const renumbered = text.replace(/\$(\d)/g, (_, at) => `$${used.indexOf(Number(at)) + 1}`);
  return [renumbered, used.map((at) => values[at - 1])];
}

function fail(): never {
  throw new Error('There is no such row or table');
}
