import { randomUUID } from 'node:crypto';
import { mark, NOON } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { TenantStore } from './store.ts';

/** The insertion of one row. */
export type Insertion = readonly [text: string, values: unknown[]];

type Planter = (unit: Unit, tenant: TenantId) => Promise<Insertion>;

const userRow = (tenant: TenantId, id: string = randomUUID()): Insertion => [
  `insert into users (id, tenant_id, email, name, sessions_valid_from, created_at, updated_at)
   values ($1, $2, $3, 'Ada', $4, $4, $4)`,
  [id, tenant, `${mark()}@x.test`, NOON],
];

export const clientRow = (tenant: TenantId | null, id: string = mark()): Insertion => [
  `insert into clients (id, tenant_id, kind, name, redirect_uris, post_logout_redirect_uris,
     cors_origins, scopes, resources, created_at, updated_at)
   values ($1, $2, 'web', 'Shop', '{}', '{}', '{}', '{}', '{}', $3, $3)`,
  [id, tenant, NOON],
];

const grantRow = (tenant: TenantId, user: string, id: string = mark()): Insertion => [
  `insert into grants (id_digest, tenant_id, user_id, client_id, payload, created_at, expires_at)
   values ($1, $2, $3, 'shop', '{}', $4, $4)`,
  [id, tenant, user, NOON],
];

const entryRow = (tenant: TenantId | null): Insertion => [
  `insert into audit_entries (id, at, tenant_id, actor_kind, action, outcome, details)
   values ($1, $2, $3, 'visitor', 'test.planted', 'success', '{}')`,
  [randomUUID(), NOON, tenant],
];

async function aUser(unit: Unit, tenant: TenantId): Promise<string> {
  const id = randomUUID();
  await client(unit).query(...userRow(tenant, id));
  return id;
}

async function aClient(unit: Unit, tenant: TenantId): Promise<string> {
  const id = mark();
  await client(unit).query(...clientRow(tenant, id));
  return id;
}

/** Of a table that keeps one mailed link a user. */
function linkPlanter(table: 'unlocks' | 'recoveries'): Planter {
  return async (unit, tenant) => [
    `insert into ${table} (user_id, tenant_id, token_digest, created_at, expires_at)
     values ($1, $2, $3, $4, $4)`,
    [await aUser(unit, tenant), tenant, mark(), NOON],
  ];
}

/** For each table with tenants' rows: plants what a row of it hangs on, and answers with the row's own insertion. */
export const PLANTERS: Readonly<Record<string, Planter>> = {
  users: async (_, tenant) => userRow(tenant),
  clients: async (_, tenant) => clientRow(tenant),
  audit_entries: async (_, tenant) => entryRow(tenant),
  audit_links: async (_, tenant) => [
    `insert into audit_links (tenant_id, position, entry_at, entry_id, mac, hash)
     values ($1, 1, $2, $3, '', '')`,
    [tenant, NOON, randomUUID()],
  ],
  audit_heads: async (_, tenant) => [
    `insert into audit_heads (tenant_id, position, hash, signed_at, signature)
     values ($1, 1, '', clock_timestamp(), '')`,
    [tenant],
  ],
  audit_tombstones: async (_, tenant) => [
    `insert into audit_tombstones
       (tenant_id, month, first, last, before, hash, signed_at, signature)
     values ($1, '2030-01-01', floor(random() * 1e12), 1, '', '', $2, '')`,
    [tenant, NOON],
  ],
  grants: async (unit, tenant) => grantRow(tenant, await aUser(unit, tenant)),
  passwords: async (unit, tenant) => [
    `insert into passwords (user_id, tenant_id, hash, changed_at) values ($1, $2, '$argon2id$x', $3)`,
    [await aUser(unit, tenant), tenant, NOON],
  ],
  password_history: async (unit, tenant) => [
    `insert into password_history (id, tenant_id, user_id, hash, retired_at)
     values ($1, $2, $3, '$argon2id$x', $4)`,
    [randomUUID(), tenant, await aUser(unit, tenant), NOON],
  ],
  known_devices: async (unit, tenant) => [
    `insert into known_devices (user_id, tenant_id, device_digest, first_seen_at, last_seen_at)
     values ($1, $2, $3, $4, $4)`,
    [await aUser(unit, tenant), tenant, mark(), NOON],
  ],
  unlocks: linkPlanter('unlocks'),
  recoveries: linkPlanter('recoveries'),
  verifications: async (unit, tenant) => [
    `insert into verifications
       (user_id, tenant_id, email, token_digest, code_digest, created_at, expires_at)
     values ($1, $2, 'ada@x.test', $3, 'd', $4, $4)`,
    [await aUser(unit, tenant), tenant, mark(), NOON],
  ],
  email_changes: async (unit, tenant) => [
    `insert into email_changes
       (id, tenant_id, user_id, old_email, new_email, token_digest, created_at, expires_at)
     values ($1, $2, $3, 'ada@x.test', 'eve@x.test', $4, $5, $5)`,
    [randomUUID(), tenant, await aUser(unit, tenant), mark(), NOON],
  ],
  invitations: async (_, tenant) => [
    `insert into invitations (id, tenant_id, email, role, token_digest, created_at, expires_at)
     values ($1, $2, $3, 'user', $4, $5, $5)`,
    [randomUUID(), tenant, `${mark()}@x.test`, mark(), NOON],
  ],
  idempotency_keys: async (_, tenant) => [
    `insert into idempotency_keys
       (tenant_id, caller_digest, key_digest, request_digest, state, created_at, expires_at)
     values ($1, 'd', $2, 'd', 'under-way', $3, $3)`,
    [tenant, mark(), NOON],
  ],
  outbox: async (_, tenant) => [
    `insert into outbox
       (id, tenant_id, kind, topic, recipient_digest, content_sealed, due_at, created_at)
     values ($1, $2, 'mail', 'test/planted', 'd', '', $3, $3)`,
    [randomUUID(), tenant, NOON],
  ],
  client_secrets: async (unit, tenant) => [
    `insert into client_secrets (id, tenant_id, client_id, secret_digest, created_at)
     values ($1, $2, $3, 'd', $4)`,
    [randomUUID(), tenant, await aClient(unit, tenant), NOON],
  ],
  resources: async (_, tenant) => [
    `insert into resources (id, tenant_id, identifier, name, scopes, created_at, updated_at)
     values ($1, $2, $3, 'Orders', '[]', $4, $4)`,
    [randomUUID(), tenant, `urn:test:${mark()}`, NOON],
  ],
  consents: async (unit, tenant) => [
    `insert into consents (tenant_id, user_id, client_id, scopes, claims, resources, created_at, updated_at)
     values ($1, $2, $3, '{}', '{}', '{}', $4, $4)`,
    [tenant, await aUser(unit, tenant), await aClient(unit, tenant), NOON],
  ],
  refresh_tokens: async (unit, tenant) => {
    const [user, grant] = [await aUser(unit, tenant), mark()];
    await client(unit).query(...grantRow(tenant, user, grant));
    return [
      `insert into refresh_tokens
         (id_digest, tenant_id, user_id, client_id, grant_digest, payload, created_at, expires_at)
       values ($1, $2, $3, 'shop', $4, '{}', $5, $5)`,
      [mark(), tenant, user, grant, NOON],
    ];
  },
  webhooks: async (_, tenant) => [
    `insert into webhooks
       (id, tenant_id, url, description, events, secret_sealed, state, position, due_at, created_at, updated_at)
     values ($1, $2, 'https://siem.test/', '', '{}', 'sealed', 'active', 0, $3, $3, $3)`,
    [randomUUID(), tenant, NOON],
  ],
  session_revocations: async (unit, tenant) => [
    `insert into session_revocations (uid_digest, tenant_id, user_id, reason, revoked_at, expires_at)
     values ($1, $2, $3, 'sign-out', $4, $4)`,
    [mark(), tenant, await aUser(unit, tenant), NOON],
  ],
};

/** Plants so many rows of a tenant's in each table, and what they hang on. */
export async function plant(
  unit: Unit,
  tenant: TenantId,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [table, planter] of Object.entries(PLANTERS)) {
    for (let row = 0; row < (counts[table] ?? 0); row += 1) {
      await client(unit).query(...(await planter(unit, tenant)));
    }
  }
}

/** So many of each. */
export function ofEach(count: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.keys(PLANTERS).map((table) => [table, count]));
}

/** What belongs to no tenant: an application all share, an event of the server's own. */
export async function plantShared(unit: Unit): Promise<void> {
  await client(unit).query(...clientRow(null));
  await client(unit).query(...entryRow(null));
}

/** Every table with tenants' rows, as the database itself knows them: partitions go with their parent. */
export async function tenantTables(unit: Unit): Promise<readonly string[]> {
  return tablesWhere(unit, 'not c.relispartition');
}

export async function tenantPartitions(unit: Unit): Promise<readonly string[]> {
  return tablesWhere(unit, 'c.relispartition');
}

async function tablesWhere(unit: Unit, condition: string): Promise<readonly string[]> {
  const found = await client(unit).query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and a.attname = 'tenant_id' and not a.attisdropped and ${condition}
     order by 1`,
  );
  return found.rows.map(({ name }) => name);
}

/** A row as one text, and the tenant it belongs to. */
export interface Seen {
  readonly tenant: string | null;
  readonly row: string;
}

/** All rows of a table that a unit sees. `tenants` is one too: each row is its own tenant's. */
export async function rowsOf(unit: Unit, table: string): Promise<readonly Seen[]> {
  const tenant = table === 'tenants' ? 'id' : 'tenant_id';
  const found = await client(unit).query<Seen>(
    `select t.${tenant}::text as tenant, t::text as row from ${table} t order by 2`,
  );
  return found.rows;
}

/** A store in which any tenant may be the operator's: a database has one of them, and each test wants its own. */
export function withOperators(store: TenantStore) {
  const operators = new Set<TenantId>();
  const tenants: TenantStore = {
    ...store,
    async find(unit, id) {
      const found = await store.find(unit, id);
      return found && { ...found, operator: operators.has(id) };
    },
  };
  return { tenants, operators };
}
