import { foreignKey, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { digest, id, instant, tenantId } from './_columns.ts';
import { tenants } from './tenancy.ts';
import { ROLES } from './users.ts';

/** Invitations to register: one an address in a tenant, the newest. */
export const invitations = pgTable(
  'invitations',
  {
    id: id(),
    tenantId: tenantId(),
    email: text('email').notNull(),
    role: text('role', { enum: ROLES }).notNull(),
    tokenDigest: digest('token_digest').notNull().unique('invitations_token_digest_key'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    spentAt: instant('spent_at'),
  },
  (t) => [
    unique('invitations_tenant_id_email_key').on(t.tenantId, t.email),
    foreignKey({
      name: 'invitations_tenant_id_fkey',
      columns: [t.tenantId],
      foreignColumns: [tenants.id],
    }),
  ],
);
