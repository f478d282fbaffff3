import { foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { digest, instant, tenantId } from './_columns.ts';
import { tenants } from './tenancy.ts';

/**
 * Requests to the management API that bore an Idempotency-Key, and what was answered. Of the tenant that the
 * request acted in, or of its caller's where that was none.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    tenantId: tenantId(),
    /** Whose key it is. */
    callerDigest: digest('caller_digest').notNull(),
    /** The key, and the method and path it came with. */
    keyDigest: digest('key_digest').notNull(),
    /** What was asked: a key stands for one request. */
    requestDigest: digest('request_digest').notNull(),
    state: text('state', { enum: ['under-way', 'answered'] }).notNull(),
    /** Sealed, because an answer may hold a secret that is shown once. */
    answerSealed: text('answer_sealed'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.callerDigest, t.keyDigest] }),
    index('idempotency_keys_expires_at_idx').on(t.expiresAt),
    foreignKey({
      name: 'idempotency_keys_tenant_id_fkey',
      columns: [t.tenantId],
      foreignColumns: [tenants.id],
    }).onDelete('cascade'),
  ],
);
