import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  pgTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { id, instant, tenantId } from './_columns.ts';
import { tenants } from './tenancy.ts';

export const ROLES = ['user', 'security_analyst', 'tenant_admin', 'super_admin'] as const;

export const users = pgTable(
  'users',
  {
    id: id(),
    tenantId: tenantId(),
    /** Normalised, and unique among all tenants (ADR 0002). */
    email: text('email').notNull(),
    name: text('name').notNull(),
    role: text('role', { enum: ROLES }).notNull().default('user'),
    status: text('status', { enum: ['active', 'disabled'] })
      .notNull()
      .default('active'),
    emailVerifiedAt: instant('email_verified_at'),
    /** Made by whoever had the page; until its address is proven, it makes way for another (ADR 0036). */
    selfRegistered: boolean('self_registered').notNull().default(false),
    /** The user's epoch: a session that signed in before this instant is dead (ADR 0003). */
    sessionsValidFrom: instant('sessions_valid_from').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    unique('users_tenant_id_id_key').on(t.tenantId, t.id),
    uniqueIndex('users_email_key').on(t.email),
    index('users_tenant_id_created_at_idx').on(t.tenantId, t.createdAt),
    foreignKey({
      name: 'users_tenant_id_fkey',
      columns: [t.tenantId],
      foreignColumns: [tenants.id],
    }),
    check(
      'users_role_check',
      sql`${t.role} in ('user', 'security_analyst', 'tenant_admin', 'super_admin')`,
    ),
    check('users_status_check', sql`${t.status} in ('active', 'disabled')`),
  ],
);
