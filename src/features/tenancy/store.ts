import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Tenant, TenantSettings } from './tenant.ts';

/** What storage owes the tenancy room. */
export interface TenantStore {
  find(unit: Unit, id: TenantId): Promise<Tenant | undefined>;
  findBySlug(unit: Unit, slug: string): Promise<Tenant | undefined>;
  findDefault(unit: Unit): Promise<Tenant | undefined>;
  /** Takes a tenant for changing: nobody else does until the unit ends. */
  take(unit: Unit, id: TenantId): Promise<Tenant | undefined>;
  /** Sets what is given; made the default, it takes that from whichever other has it. */
  update(unit: Unit, id: TenantId, settings: TenantSettings, at: Date): Promise<void>;
  /** `false`, and nothing written, when the slug is taken. */
  insert(unit: Unit, tenant: Tenant): Promise<boolean>;
}
