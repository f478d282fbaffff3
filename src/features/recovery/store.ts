import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** The one link a user holds, by the digest of its token. */
export interface RecoveryToken {
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly tokenDigest: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly spentAt?: Date;
}

/** What storage owes the recovery room. */
export interface RecoveryStore {
  /** Replaces any link the user still holds: one a user, the newest (R11.2). */
  put(unit: Unit, token: RecoveryToken): Promise<void>;
  /** Looks without spending, in whichever tenant, so that opening a link twice is harmless. */
  peek(unit: Unit, tokenDigest: string): Promise<RecoveryToken | undefined>;
  /** As `peek`, and holds it: whoever else would take, replace or revoke it waits until the unit ends. */
  take(unit: Unit, tokenDigest: string): Promise<RecoveryToken | undefined>;
  /** Spends it, once and ever; throws `Conflict` where there is nothing to spend, which undoes the unit. */
  spend(unit: Unit, tokenDigest: string, at: Date): Promise<void>;
  /** Spends whatever link the user holds. */
  revoke(unit: Unit, userId: UserId, at: Date): Promise<void>;
}
