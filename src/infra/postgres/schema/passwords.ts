import { boolean, foreignKey, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { id, instant, tenantId } from './_columns.ts';
import { users } from './users.ts';

/** The password a user signs in with now. */
export const passwords = pgTable(
  'passwords',
  {
    userId: uuid('user_id').primaryKey(),
    tenantId: tenantId(),
    /** A PHC string, its parameters within (R3.2). */
    hash: text('hash').notNull(),
    /** The hash came from another system: other schemes than ours verify, until the next success. */
    imported: boolean('imported').notNull().default(false),
    changedAt: instant('changed_at').notNull(),
    /** From this instant it must be changed at sign-in (R6.5); null says never. */
    expiresAt: instant('expires_at'),
    /** When its owner was told that it is about to expire. */
    warnedAt: instant('warned_at'),
  },
  (t) => [
    index('passwords_expires_at_idx').on(t.expiresAt),
    foreignKey({
      name: 'passwords_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);

/** Passwords a user had before, as they were hashed (R6.4). */
export const passwordHistory = pgTable(
  'password_history',
  {
    id: id(),
    tenantId: tenantId(),
    userId: uuid('user_id').notNull(),
    hash: text('hash').notNull(),
    imported: boolean('imported').notNull().default(false),
    retiredAt: instant('retired_at').notNull(),
  },
  (t) => [
    index('password_history_user_id_retired_at_idx').on(t.userId, t.retiredAt),
    foreignKey({
      name: 'password_history_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
