import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Tenant } from './tenant.ts';

/** What storage owes the tenancy room. */
export interface TenantStore {
  find(unit: Unit, id: TenantId): Promise<Tenant | undefined>;
  findBySlug(unit: Unit, slug: string): Promise<Tenant | undefined>;
  /** `false`, and nothing written, when the slug is taken. */
  insert(unit: Unit, tenant: Tenant): Promise<boolean>;
}
