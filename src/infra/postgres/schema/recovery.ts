import { foreignKey, pgTable, uuid } from 'drizzle-orm/pg-core';
import { digest, instant, tenantId } from './_columns.ts';
import { users } from './users.ts';

/** The mailed link that lets a password be set anew: one a user, the newest (R11.2). */
export const recoveries = pgTable(
  'recoveries',
  {
    userId: uuid('user_id').primaryKey(),
    tenantId: tenantId(),
    tokenDigest: digest('token_digest').notNull().unique('recoveries_token_digest_key'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    spentAt: instant('spent_at'),
  },
  (t) => [
    foreignKey({
      name: 'recoveries_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
