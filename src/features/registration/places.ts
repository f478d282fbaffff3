import type { Tenancy, Tenant, TenantStore } from '#src/features/tenancy/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Units } from '#src/kernel/unit.ts';
import type { Invitations } from './invitations.ts';
import { type Closed, closedTo } from './policy.ts';
import { DOORSTEP } from './scope.ts';
import type { Place } from './service.ts';

/** What a browser brings with it that says where it would register. */
export interface Way {
  /** The token of an invitation. */
  readonly invitation?: string;
  /** The tenant of the application it came from. */
  readonly tenantId?: TenantId;
  /** A tenant that the address names. */
  readonly slug?: string;
}

export interface Places {
  /**
   * Where somebody registers: the invitation says so before the application, that before the address, and
   * where nothing does it is the default tenant. A name that is no tenant's leads nowhere else.
   */
  find(way: Way): Promise<Outcome<Place, Closed | 'invitation-gone'>>;
  /** Whether people register by themselves: in a tenant, or in the default one. */
  isOpen(tenantId: TenantId | undefined): Promise<boolean>;
}

export interface PlacesDeps {
  readonly units: Units;
  readonly tenancy: Pick<Tenancy, 'locate' | 'locateDefault'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly invitations: Pick<Invitations, 'find'>;
}

export function createPlaces({ units, tenancy, tenants, invitations }: PlacesDeps): Places {
  return {
    async find(way) {
      const invitation =
        way.invitation === undefined ? undefined : await invitations.find(way.invitation);
      if (way.invitation !== undefined && !invitation) return refused('invitation-gone');
      const tenant = await findTenant(invitation?.tenantId ?? way.tenantId, way.slug);
      const closed = closedTo(tenant, invitation !== undefined);
      if (closed !== undefined || !tenant) return refused(closed ?? 'closed');
      return done({ tenant, ...(invitation && { invitation }) });
    },
    isOpen: async (tenantId) =>
      closedTo(await findTenant(tenantId, undefined), false) === undefined,
  };

  async function findTenant(
    id: TenantId | undefined,
    slug: string | undefined,
  ): Promise<Tenant | undefined> {
    if (id !== undefined) return units.once(DOORSTEP, (unit) => tenants.find(unit, id));
    return slug === undefined ? tenancy.locateDefault() : tenancy.locate(slug);
  }
}
