import type { TenantId } from '#src/kernel/ids.ts';

/** A party whose people and data are kept apart from all others'. */
export interface Tenant {
  readonly id: TenantId;
  /** What people and commands call it: unique, and part of no secret. */
  readonly slug: string;
  readonly name: string;
  /** Of a suspended tenant, nobody signs in and no session lives. */
  readonly status: 'active' | 'suspended';
  /** The operator's own: the one super_admins belong to (ADR 0002). */
  readonly operator: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
