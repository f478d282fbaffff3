import type { TenantId, UserId } from '#src/kernel/ids.ts';

export const ROLES = ['user', 'security_analyst', 'tenant_admin', 'super_admin'] as const;
export type Role = (typeof ROLES)[number];

/** A person's account. */
export interface User {
  readonly id: UserId;
  readonly tenantId: TenantId;
  /** Normalised (`normaliseEmail`), and unique among all tenants (ADR 0002). */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: 'active' | 'disabled';
  readonly emailVerifiedAt?: Date;
  /** Made on the registration page; until its address is proven, it makes way for another. */
  readonly selfRegistered: boolean;
  /** A session that signed in before this instant is dead (ADR 0003). */
  readonly sessionsValidFrom: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
