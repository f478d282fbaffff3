import type { Audit } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type Ids, tenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { isSlug, judgeTenant, type TenantDraft } from './policy.ts';
import type { TenantStore } from './store.ts';
import type { Tenant } from './tenant.ts';

export interface Tenancy {
  /** Makes a tenant; throws `InvalidInput` for a slug or name that cannot be. */
  create(draft: TenantDraft): Promise<Outcome<Tenant, 'slug-taken'>>;
  locate(slug: string): Promise<Tenant | undefined>;
}

export interface TenancyDeps {
  readonly units: Units;
  readonly store: TenantStore;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly ids: Ids;
}

const SCOPE = { kind: 'system', job: 'tenancy' } as const satisfies Scope;

export function createTenancy({ units, store, audit, clock, ids }: TenancyDeps): Tenancy {
  return {
    async create(draft) {
      const { slug, name } = judgeTenant(draft);
      const now = clock.now();
      const tenant: Tenant = {
        id: tenantId(ids.uuid()),
        slug,
        name,
        status: 'active',
        operator: false,
        createdAt: now,
        updatedAt: now,
      };
      return units.run(SCOPE, async (unit) => {
        const made = await store.insert(unit, tenant);
        await audit.record(unit, {
          action: 'tenant.created',
          outcome: made ? 'success' : 'slug-taken',
          actor: { kind: 'system', id: SCOPE.job },
          ...(made && { tenantId: tenant.id, resource: { type: 'tenant', id: tenant.id } }),
          details: { slug, name },
        });
        return made ? done(tenant) : refused('slug-taken');
      });
    },

    async locate(slug) {
      return isSlug(slug) ? units.once(SCOPE, (unit) => store.findBySlug(unit, slug)) : undefined;
    },
  };
}
