import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { digest, id, instant } from './_columns.ts';
import { tenants } from './tenancy.ts';

/** What is to go out, written in the transaction of the act and delivered by a job (ADR 0014). */
export const outbox = pgTable(
  'outbox',
  {
    id: id(),
    /** Null for what concerns the server as a whole. */
    tenantId: uuid('tenant_id'),
    kind: text('kind', { enum: ['mail', 'logout'] }).notNull(),
    /** What it is about: a mail's view, below views/mail; `logout`, of a session's end. */
    topic: text('topic').notNull(),
    /** A digest of whom it goes to, for limits; the address or the application itself is in the content. */
    recipientDigest: digest('recipient_digest').notNull(),
    /** Sealed; empty once it is settled. */
    contentSealed: text('content_sealed').notNull(),
    state: text('state', { enum: ['waiting', 'delivered', 'dead'] })
      .notNull()
      .default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    /** When it is tried next; a delivery under way moves it, so that no other begins meanwhile. */
    dueAt: instant('due_at').notNull(),
    /** After it, there is no use in delivering it any more. */
    expiresAt: instant('expires_at'),
    lastError: text('last_error'),
    createdAt: instant('created_at').notNull(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    index('outbox_due_at_idx').on(t.dueAt).where(sql`${t.state} = 'waiting'`),
    index('outbox_recipient_digest_topic_created_at_idx').on(
      t.recipientDigest,
      t.topic,
      t.createdAt,
    ),
    index('outbox_state_created_at_idx').on(t.state, t.createdAt),
    foreignKey({
      name: 'outbox_tenant_id_fkey',
      columns: [t.tenantId],
      foreignColumns: [tenants.id],
    }),
    check('outbox_kind_check', sql`${t.kind} in ('mail', 'logout')`),
    check('outbox_state_check', sql`${t.state} in ('waiting', 'delivered', 'dead')`),
  ],
);
