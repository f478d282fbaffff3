import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Position } from './policy.ts';
import type { Resource } from './resource.ts';

/** What storage owes the resources' room. A tenant's unit sees its own, and all that are shared. */
export interface ResourceStore {
  find(unit: Unit, id: string): Promise<Resource | undefined>;
  /** Those that follow a position, by identifier and id. */
  list(unit: Unit, page: { after?: Position; limit: number }): Promise<readonly Resource[]>;
  /** Of these identifiers, those registered for this tenant's applications or for all: the shared first. */
  named(
    unit: Unit,
    tenantId: TenantId | undefined,
    identifiers: readonly string[],
  ): Promise<readonly Resource[]>;
  /** Takes one that this unit may change: nobody else does until it ends. Never a shared one in a tenant's unit. */
  take(unit: Unit, id: string): Promise<Resource | undefined>;
  /** `false`, and nothing written, when the identifier is taken in this tenant, or among the shared. */
  insert(unit: Unit, resource: Resource): Promise<boolean>;
  update(unit: Unit, resource: Resource): Promise<void>;
  remove(unit: Unit, id: string): Promise<void>;
}
