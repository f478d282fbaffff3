import { sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  date,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, tenantId } from './_columns.ts';

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * The audit log (R9): append-only, by triggers and grants; partitioned by month, by hand-written
 * migration. `tenant_id` is the tenant it concerns, null for what concerns the server alone.
 */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: uuid('id').notNull(),
    at: instant('at').notNull(),
    tenantId: uuid('tenant_id'),
    actorKind: text('actor_kind', { enum: ['user', 'visitor', 'client', 'system'] }).notNull(),
    actorId: text('actor_id'),
    actorTenantId: uuid('actor_tenant_id'),
    action: text('action').notNull(),
    outcome: text('outcome').notNull(),
    resourceType: text('resource_type'),
    resourceId: text('resource_id'),
    address: text('address'),
    userAgent: text('user_agent'),
    requestId: text('request_id'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    /** The seal of all of the above (ADR 0048); null only in entries from before there were seals. */
    mac: bytes('mac'),
    /**
     * The transaction that wrote it: what tells when no other can come before it any more. A number, since
     * Postgres looks no xid8 up in an index before a policy has judged the row.
     */
    tx: bigint('tx', { mode: 'number' }).notNull().default(sql`pg_current_xact_id()::text::bigint`),
  },
  (t) => [
    primaryKey({ name: 'audit_entries_pkey', columns: [t.at, t.id] }),
    index('audit_entries_tenant_id_at_id_idx').on(t.tenantId, t.at, t.id),
    index('audit_entries_action_at_idx').on(t.action, t.at),
    index('audit_entries_actor_id_at_idx').on(t.actorId, t.at),
    index('audit_entries_resource_id_at_idx').on(t.resourceId, t.at),
    index('audit_entries_tx_id_idx').on(t.tx, t.id),
  ],
);

/**
 * The chains over it (ADR 0048): one a tenant, and one of the nil UUID for the server's own entries.
 * Append-only and partitioned as the entries are, each link in the month of its entry.
 */
export const auditLinks = pgTable(
  'audit_links',
  {
    tenantId: tenantId(),
    /** Counts from 1, without gaps but those of retired months. */
    position: bigint('position', { mode: 'number' }).notNull(),
    entryAt: instant('entry_at').notNull(),
    entryId: uuid('entry_id').notNull(),
    mac: bytes('mac').notNull(),
    hash: bytes('hash').notNull(),
  },
  (t) => [
    primaryKey({ name: 'audit_links_pkey', columns: [t.entryAt, t.entryId] }),
    index('audit_links_tenant_id_position_idx').on(t.tenantId, t.position),
  ],
);

/** Signed ends of the chains, one row a signing; append-only and partitioned likewise. */
export const auditHeads = pgTable(
  'audit_heads',
  {
    tenantId: tenantId(),
    position: bigint('position', { mode: 'number' }).notNull(),
    hash: bytes('hash').notNull(),
    signedAt: instant('signed_at').notNull(),
    signature: bytes('signature').notNull(),
  },
  (t) => [
    primaryKey({ name: 'audit_heads_pkey', columns: [t.signedAt, t.tenantId] }),
    index('audit_heads_tenant_id_position_idx').on(t.tenantId, t.position),
  ],
);

/** What stands in a chain for links that were retired with their month, a row a run of them; append-only. */
export const auditTombstones = pgTable(
  'audit_tombstones',
  {
    tenantId: tenantId(),
    month: date('month').notNull(),
    first: bigint('first', { mode: 'number' }).notNull(),
    last: bigint('last', { mode: 'number' }).notNull(),
    /** The hash before the first, and that of the last. */
    before: bytes('before').notNull(),
    hash: bytes('hash').notNull(),
    signedAt: instant('signed_at').notNull(),
    signature: bytes('signature').notNull(),
  },
  (t) => [primaryKey({ name: 'audit_tombstones_pkey', columns: [t.tenantId, t.first] })],
);

/**
 * How far linking has come, in its one row: no evidence, only what is not to be looked at again. The
 * server's, for all chains at once.
 */
export const auditLinking = pgTable('audit_linking', {
  upTo: bigint('up_to', { mode: 'number' }).primaryKey(),
});
