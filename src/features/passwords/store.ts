import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { StoredPassword } from './passwords.ts';

/** A hash that is or was a user's, and whether another system made it. */
export type PastHash = Pick<StoredPassword, 'hash' | 'imported'>;

/** Whose password is about to expire. */
export interface Expiring {
  readonly userId: UserId;
  readonly expiresAt: Date;
}

/** What storage owes the passwords' room. */
export interface PasswordStore extends ExpiryStore {
  find(unit: Unit, userId: UserId): Promise<StoredPassword | undefined>;
  /** The user's first password; `false`, and nothing written, where there is one. */
  insert(unit: Unit, userId: UserId, password: StoredPassword): Promise<boolean>;
  /**
   * Puts a password in the place of `from`, which goes into the history under `retiredId`; of the history,
   * the newest four stay. `false`, and nothing written, when `from` is no longer the user's hash.
   */
  replace(
    unit: Unit,
    userId: UserId,
    change: { readonly from: string; readonly to: StoredPassword; readonly retiredId: string },
  ): Promise<boolean>;
  /** Another hash of the same password; `false` when `from` is no longer the user's hash. */
  renew(
    unit: Unit,
    userId: UserId,
    change: { readonly from: string; readonly to: string },
  ): Promise<boolean>;
  /** The hashes of the user's last five passwords, the newest first. */
  past(unit: Unit, userId: UserId): Promise<readonly PastHash[]>;
}

/** The part of it that the timetable, the tenants' settings and administrators ask for. */
export interface ExpiryStore {
  /** It has expired since it was set, and no rescheduling changes that; `false` where there is none. */
  expire(unit: Unit, userId: UserId): Promise<boolean>;
  /** Each of the tenant's passwords expires so many days after it was changed, but for those that were made to. */
  reschedule(unit: Unit, tenantId: TenantId, days: number | null): Promise<void>;
  /** Some of those that expire within the time and whose owners were not told. */
  expiring(
    unit: Unit,
    within: { readonly from: Date; readonly until: Date; readonly limit: number },
  ): Promise<readonly Expiring[]>;
  /** Notes that the owner is told now; `false` where that was noted before, or it no longer expires then. */
  claimWarning(unit: Unit, expiring: Expiring, at: Date): Promise<boolean>;
}
