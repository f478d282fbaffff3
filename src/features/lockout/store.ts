import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { LockoutState } from './policy.ts';

/** The two counts an attempt may belong to, and what decides between them. */
export interface Candidates {
  readonly userId?: UserId;
  readonly deviceDigest?: string;
  /** Its count where the device is known to that user. */
  readonly deviceKey: string;
  /** Its count where it isn't. */
  readonly addressKey: string;
}

export interface KnownDevice {
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly deviceDigest: string;
  readonly seenAt: Date;
}

/** The mailed link, as it is kept. */
export interface Unlock {
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly tokenDigest: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly spentAt?: Date;
}

/** What is no longer needed, and how much of it to remove in one go. */
export interface Leftovers {
  readonly now: Date;
  readonly untouchedSince: Date;
  readonly unseenSince: Date;
  readonly limit: number;
}

/** What storage owes the lockout room. */
export interface LockoutStore {
  /**
   * The count that an attempt belongs to, made where there is none, and nobody else's until the unit ends. One
   * statement that asks the same questions whether or not there is such a user (R3.3).
   */
  take(
    unit: Unit,
    candidates: Candidates,
    now: Date,
  ): Promise<{ readonly key: string; readonly state: LockoutState }>;
  /** Puts a count that was taken. */
  put(unit: Unit, key: string, state: LockoutState): Promise<void>;
  /** Removes counts: what is not there is clean. */
  wipe(unit: Unit, keys: readonly string[]): Promise<void>;
  /** Makes a device known or seen anew, and forgets those seen longest ago beyond `most`. */
  remember(unit: Unit, device: KnownDevice, most: number): Promise<void>;
  /** Whether the account of this address, in whichever tenant, knows the device. One statement. */
  isKnown(unit: Unit, email: string, deviceDigest: string): Promise<boolean>;
  /** The digests of the devices a user is known by. */
  devicesOf(unit: Unit, userId: UserId): Promise<readonly string[]>;
  /** Forgets them all, and answers with their digests. */
  forgetDevices(unit: Unit, userId: UserId): Promise<readonly string[]>;
  /** Replaces any link the user still holds: one live link a user. */
  putUnlock(unit: Unit, unlock: Unlock): Promise<void>;
  /** Looks without spending, so that opening a link twice is harmless. */
  peekUnlock(unit: Unit, tokenDigest: string): Promise<Unlock | undefined>;
  /** Spends it; of simultaneous callers exactly one is told `true`. */
  spendUnlock(unit: Unit, tokenDigest: string, at: Date): Promise<boolean>;
  /** Removes counts that are open and untouched, and devices that are unseen, for that long. */
  sweep(unit: Unit, leftovers: Leftovers): Promise<void>;
}
