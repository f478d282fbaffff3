import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** A password is written in a unit of its owner's tenant, so that the database holds it to that. */
export function tenantOf({ scope }: Unit): TenantId {
  if ('tenantId' in scope) return scope.tenantId;
  throw new TypeError('A password belongs to a tenant, and this unit to none');
}
