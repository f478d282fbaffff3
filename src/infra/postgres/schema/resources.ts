import { sql } from 'drizzle-orm';
import { check, foreignKey, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { id, instant } from './_columns.ts';
import { tenants } from './tenancy.ts';

/**
 * The APIs that tokens are for, each by its identifier. `tenant_id` is null for one that all tenants share: such
 * a row is seen by no tenant's scope, only by the system's and by the definer functions that answer with it.
 */
export const resources = pgTable(
  'resources',
  {
    id: id(),
    tenantId: uuid('tenant_id'),
    identifier: text('identifier').notNull(),
    name: text('name').notNull(),
    scopes: jsonb('scopes').$type<{ name: string; about: string }[]>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    unique('resources_tenant_id_identifier_key').on(t.tenantId, t.identifier).nullsNotDistinct(),
    foreignKey({
      name: 'resources_tenant_id_fkey',
      columns: [t.tenantId],
      foreignColumns: [tenants.id],
    }),
    check('resources_identifier_check', sql`${t.identifier} <> 'urn:avian:api'`),
  ],
);
