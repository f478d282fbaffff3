import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './_columns.ts';

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
  },
  (t) => [
    primaryKey({ name: 'audit_entries_pkey', columns: [t.at, t.id] }),
    index('audit_entries_tenant_id_at_idx').on(t.tenantId, t.at),
    index('audit_entries_action_at_idx').on(t.action, t.at),
  ],
);
