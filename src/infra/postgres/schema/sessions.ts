import { foreignKey, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { digest, instant, tenantId } from './_columns.ts';
import { users } from './users.ts';

/** Sessions that were ended before their time: written here first, judged at every load (ADR 0003). */
export const sessionRevocations = pgTable(
  'session_revocations',
  {
    uidDigest: digest('uid_digest').primaryKey(),
    tenantId: tenantId(),
    userId: uuid('user_id').notNull(),
    reason: text('reason').notNull(),
    revokedAt: instant('revoked_at').notNull(),
    /** The session's absolute end; after it the row is no longer needed. */
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    index('session_revocations_expires_at_idx').on(t.expiresAt),
    foreignKey({
      name: 'session_revocations_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
