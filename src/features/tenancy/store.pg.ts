import { and, asc, eq, gt, lte, ne, type SQL } from 'drizzle-orm';
import { tenants } from '#src/infra/postgres/schema/tenancy.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { TenantStore } from './store.ts';
import type { Tenant, TenantSettings } from './tenant.ts';

export function createTenantStore(): TenantStore {
  return { ...createReads(), ...createWrites() };
}

function createReads(): Pick<
  TenantStore,
  'find' | 'findBySlug' | 'findDefault' | 'findOperator' | 'list' | 'listDue'
> {
  return {
    find: (unit, id) => first(unit, eq(tenants.id, id)),

    findBySlug: (unit, slug) => first(unit, eq(tenants.slug, slug)),

    findDefault: (unit) => first(unit, eq(tenants.isDefault, true)),

    findOperator: (unit) => first(unit, eq(tenants.operator, true)),

    async list(unit, { status, after, limit }) {
      const found = await rows(unit)
        .select()
        .from(tenants)
        .where(
          and(
            status && eq(tenants.status, status),
            after === undefined ? undefined : gt(tenants.slug, after),
          ),
        )
        .orderBy(asc(tenants.slug))
        .limit(limit);
      return found.map(tenantOf);
    },

    async listDue(unit, now, limit) {
      const found = await rows(unit)
        .select()
        .from(tenants)
        .where(and(eq(tenants.status, 'deleting'), lte(tenants.deletesAt, now)))
        .orderBy(asc(tenants.deletesAt))
        .limit(limit);
      return found.map(tenantOf);
    },
  };
}

function createWrites(): Pick<TenantStore, 'take' | 'update' | 'stand' | 'insert' | 'remove'> {
  return {
    async take(unit, id) {
      const [row] = await rows(unit).select().from(tenants).where(eq(tenants.id, id)).for('update');
      return row && tenantOf(row);
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

    async stand(unit, id, standing, at) {
      await rows(unit)
        .update(tenants)
        .set({ ...standing, updatedAt: at })
        .where(eq(tenants.id, id));
    },

    async insert(unit, tenant) {
      const written = await rows(unit)
        .insert(tenants)
        .values({ ...tenant, ...listsOf(tenant) })
        .onConflictDoNothing()
        .returning({ id: tenants.id });
      return written.length === 1;
    },

    async remove(unit, id, now, most) {
      const found = await client(unit).query<{ gone: boolean | null }>(
        'select remove_tenant($1, $2, $3) as gone',
        [id, now, most],
      );
      const gone = found.rows[0]?.gone ?? undefined;
      return gone === undefined ? undefined : gone ? 'gone' : 'more';
    },
  };
}

/** The lists of a tenant's settings, as the driver takes them. */
function listsOf({ registrationDomains, sessionWatch }: TenantSettings) {
  return { registrationDomains: [...registrationDomains], sessionWatch: [...sessionWatch] };
}

async function first(unit: Unit, condition: SQL): Promise<Tenant | undefined> {
  const [row] = await rows(unit).select().from(tenants).where(condition);
  return row && tenantOf(row);
}

function tenantOf(row: typeof tenants.$inferSelect): Tenant {
  return { ...row, id: tenantId(row.id) };
}
