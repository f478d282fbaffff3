import { and, eq, ne, type SQL } from 'drizzle-orm';
import { tenants } from '#src/infra/postgres/schema/tenancy.ts';
import { rows } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { TenantStore } from './store.ts';
import type { Tenant, TenantSettings } from './tenant.ts';

export function createTenantStore(): TenantStore {
  return {
    find: (unit, id) => first(unit, eq(tenants.id, id)),

    findBySlug: (unit, slug) => first(unit, eq(tenants.slug, slug)),

    findDefault: (unit) => first(unit, eq(tenants.isDefault, true)),

    async take(unit, id) {
      const [row] = await rows(unit).select().from(tenants).where(eq(tenants.id, id)).for('update');
      return row && { ...row, id };
    },

    async update(unit, id, settings, at) {
      if (settings.isDefault) {
        await rows(unit)
          .update(tenants)
          .set({ isDefault: false, updatedAt: at })
          .where(and(tenants.isDefault, ne(tenants.id, id)));
      }
      await rows(unit)
        .update(tenants)
        .set({ ...settings, ...listsOf(settings), updatedAt: at })
        .where(eq(tenants.id, id));
    },

    async insert(unit, tenant) {
      const written = await rows(unit)
        .insert(tenants)
        .values({ ...tenant, ...listsOf(tenant) })
        .onConflictDoNothing({ target: tenants.slug })
        .returning({ id: tenants.id });
      return written.length === 1;
    },
  };
}

/** The lists of a tenant's settings, as the driver takes them. */
function listsOf({ registrationDomains, sessionWatch }: TenantSettings) {
  return { registrationDomains: [...registrationDomains], sessionWatch: [...sessionWatch] };
}

async function first(unit: Unit, condition: SQL): Promise<Tenant | undefined> {
  const [row] = await rows(unit).select().from(tenants).where(condition);
  return row && { ...row, id: tenantId(row.id) };
}
