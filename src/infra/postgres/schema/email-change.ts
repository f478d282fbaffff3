import { foreignKey, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { digest, id, instant, tenantId } from './_columns.ts';
import { users } from './users.ts';

/** Changes of an address: asked for, confirmed from the new one, and for a while undone from the old one. */
export const emailChanges = pgTable(
  'email_changes',
  {
    id: id(),
    tenantId: tenantId(),
    userId: uuid('user_id').notNull(),
    oldEmail: text('old_email').notNull(),
    newEmail: text('new_email').notNull(),
    /** Of the link in the mail to the new address. */
    tokenDigest: digest('token_digest').notNull().unique('email_changes_token_digest_key'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    confirmedAt: instant('confirmed_at'),
    /** Of the link in the mail to the old address, once the change is made. */
    undoDigest: digest('undo_digest').unique('email_changes_undo_digest_key'),
    undoExpiresAt: instant('undo_expires_at'),
    undoneAt: instant('undone_at'),
  },
  (t) => [
    index('email_changes_user_id_created_at_idx').on(t.userId, t.createdAt),
    index('email_changes_old_email_idx').on(t.oldEmail),
    foreignKey({
      name: 'email_changes_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
