import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { id, instant } from './_columns.ts';

/** Tenants. Row-level security judges `id`: a tenant sees its own row. */
export const tenants = pgTable(
  'tenants',
  {
    id: id(),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    status: text('status', { enum: ['active', 'suspended', 'deleting'] })
      .notNull()
      .default('active'),
    /** Since when it is suspended; it outlasts a deletion that is taken back. */
    suspendedAt: instant('suspended_at'),
    /** When it is removed for good, with all that is in it. */
    deletesAt: instant('deletes_at'),
    /** The operator's own tenant: the one super_admins belong to (ADR 0002). At most one. */
    operator: boolean('operator').notNull().default(false),
    /** Where somebody registers whom neither an application nor an address sent elsewhere. At most one. */
    isDefault: boolean('is_default').notNull().default(false),
    registration: text('registration', { enum: ['off', 'invite', 'domain', 'open'] })
      .notNull()
      .default('off'),
    /** With registration by domain: the ends of the addresses that are let in. */
    registrationDomains: text('registration_domains').array().notNull().default([]),
    passwordRules: text('password_rules', { enum: ['composition', 'nist'] })
      .notNull()
      .default('composition'),
    /** How long a password holds; null says for ever (R6.5). */
    passwordDays: integer('password_days').default(90),
    /** How many sessions a person may be in at once; null says any number. */
    sessionLimit: integer('session_limit'),
    /** What of R7.8's signals ends a session. */
    sessionWatch: text('session_watch', {
      enum: ['browser-changed', 'refresh-token-reused', 'two-places'],
    })
      .array()
      .notNull()
      .default(['browser-changed', 'refresh-token-reused', 'two-places']),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('tenants_slug_key').on(t.slug),
    uniqueIndex('tenants_operator_key').on(t.operator).where(sql`${t.operator}`),
    index('tenants_deletes_at_idx').on(t.deletesAt),
    uniqueIndex('tenants_is_default_key').on(t.isDefault).where(sql`${t.isDefault}`),
    check('tenants_slug_check', sql`${t.slug} ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'`),
    check('tenants_status_check', sql`${t.status} in ('active', 'suspended', 'deleting')`),
    check(
      'tenants_deletes_at_check',
      sql`(${t.status} = 'deleting') = (${t.deletesAt} is not null)`,
    ),
    check('tenants_operator_check', sql`not ${t.operator} or ${t.status} = 'active'`),
    check(
      'tenants_registration_check',
      sql`${t.registration} in ('off', 'invite', 'domain', 'open')`,
    ),
    check('tenants_password_rules_check', sql`${t.passwordRules} in ('composition', 'nist')`),
    check('tenants_password_days_check', sql`${t.passwordDays} between 1 and 3650`),
    check('tenants_session_limit_check', sql`${t.sessionLimit} between 1 and 100`),
    check(
      'tenants_session_watch_check',
      sql`${t.sessionWatch} <@ array['browser-changed', 'refresh-token-reused', 'two-places']`,
    ),
  ],
);
