import { foreignKey, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { digest, instant, tenantId } from './_columns.ts';
import { users } from './users.ts';

/** What was mailed to prove an address: one a user, the newest (R10.6). */
export const verifications = pgTable(
  'verifications',
  {
    userId: uuid('user_id').primaryKey(),
    tenantId: tenantId(),
    /** The address it proves, and no other. */
    email: text('email').notNull(),
    tokenDigest: digest('token_digest').notNull().unique('verifications_token_digest_key'),
    /** Of the code that can be typed instead, together with its user. */
    codeDigest: digest('code_digest').notNull(),
    codeAttempts: integer('code_attempts').notNull().default(0),
    /** The application that asked, for the way back from another browser. */
    clientId: text('client_id'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    spentAt: instant('spent_at'),
  },
  (t) => [
    foreignKey({
      name: 'verifications_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
