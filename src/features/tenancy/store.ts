import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Standing } from './lifecycle.ts';
import type { Tenant, TenantSettings, TenantStatus } from './tenant.ts';

/** Which tenants of a list, and how many at most. */
export interface TenantPage {
  /** Only those in this state. */
  readonly status?: TenantStatus;
  /** Those whose slug comes behind this one. */
  readonly after?: string;
  readonly limit: number;
}

/** What storage owes the tenancy room. */
export interface TenantStore {
  find(unit: Unit, id: TenantId): Promise<Tenant | undefined>;
  findBySlug(unit: Unit, slug: string): Promise<Tenant | undefined>;
  findDefault(unit: Unit): Promise<Tenant | undefined>;
  findOperator(unit: Unit): Promise<Tenant | undefined>;
  /** Those that the unit sees, by slug. */
  list(unit: Unit, page: TenantPage): Promise<readonly Tenant[]>;
  /** Takes a tenant for changing: nobody else does until the unit ends. */
  take(unit: Unit, id: TenantId): Promise<Tenant | undefined>;
  /** Sets what is given; made the default, it takes that from whichever other has it. */
  update(unit: Unit, id: TenantId, settings: TenantSettings, at: Date): Promise<void>;
  stand(unit: Unit, id: TenantId, standing: Standing, at: Date): Promise<void>;
  /** `false`, and nothing written, when the slug is taken, or it is a second operator's. */
  insert(unit: Unit, tenant: Tenant): Promise<boolean>;
  /** Some of those whose grace is over. */
  listDue(unit: Unit, now: Date, limit: number): Promise<readonly Tenant[]>;
  /**
   * Removes up to `most` rows of each of its tables, and itself once nothing is left: `gone`. `undefined` when it
   * is not due, or somebody else is at it.
   */
  remove(unit: Unit, id: TenantId, now: Date, most: number): Promise<'gone' | 'more' | undefined>;
}
