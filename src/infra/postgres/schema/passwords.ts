import { foreignKey, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant, tenantId } from './_columns.ts';
import { users } from './users.ts';

/** The password a user signs in with now. */
export const passwords = pgTable(
  'passwords',
  {
    userId: uuid('user_id').primaryKey(),
    tenantId: tenantId(),
    /** A PHC string, its parameters within (R3.2). */
    hash: text('hash').notNull(),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'passwords_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
