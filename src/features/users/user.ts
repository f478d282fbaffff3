import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';

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
