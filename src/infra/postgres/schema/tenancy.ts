import { sql } from 'drizzle-orm';
import { boolean, check, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { id, instant } from './_columns.ts';

/** Tenants. Row-level security judges `id`: a tenant sees its own row. */
export const tenants = pgTable(
  'tenants',
  {
    id: id(),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    status: text('status', { enum: ['active', 'suspended'] })
      .notNull()
      .default('active'),
    /** The operator's own tenant: the one super_admins belong to (ADR 0002). At most one. */
    operator: boolean('operator').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('tenants_slug_key').on(t.slug),
    uniqueIndex('tenants_operator_key').on(t.operator).where(sql`${t.operator}`),
    check('tenants_slug_check', sql`${t.slug} ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'`),
    check('tenants_status_check', sql`${t.status} in ('active', 'suspended')`),
  ],
);
