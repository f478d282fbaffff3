import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, instant } from './_columns.ts';
import { tenants } from './tenancy.ts';

/**
 * Where events are sent, and how far each receiver has been served (ADR 0049). `tenant_id` is null for one that
 * gets the server's own entries: no tenant's scope sees it.
 */
export const webhooks = pgTable(
  'webhooks',
  {
    id: id(),
    tenantId: uuid('tenant_id'),
    url: text('url').notNull(),
    description: text('description').notNull(),
    /** Actions and categories; none is all of them. */
    events: text('events').array().notNull(),
    secretSealed: text('secret_sealed').notNull(),
    /** What the secret was before, for as long as both sign. */
    previousSealed: text('previous_sealed'),
    previousUntil: instant('previous_until'),
    state: text('state', { enum: ['active', 'failing', 'paused'] }).notNull(),
    /** In its tenant's chain: what comes after it is still to be sent. */
    position: bigint('position', { mode: 'number' }).notNull(),
    /** In a row, since the last that was taken. */
    failures: integer('failures').notNull().default(0),
    failingSince: instant('failing_since'),
    /** When it is served next; whoever serves it moves it, so that nobody else begins meanwhile. */
    dueAt: instant('due_at').notNull(),
    lastError: text('last_error'),
    lastDeliveredAt: instant('last_delivered_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('webhooks_tenant_id_created_at_id_idx').on(t.tenantId, t.createdAt, t.id),
    index('webhooks_due_at_id_idx').on(t.dueAt, t.id).where(sql`${t.state} <> 'paused'`),
    foreignKey({
      name: 'webhooks_tenant_id_fkey',
      columns: [t.tenantId],
      foreignColumns: [tenants.id],
    }),
    check('webhooks_state_check', sql`${t.state} in ('active', 'failing', 'paused')`),
  ],
);
