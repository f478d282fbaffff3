import type { Origin } from '#src/features/audit/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** At whose door a password is tried, and from where. */
export interface Subject {
  /** As it was typed; normalised here, so that no spelling has a count of its own. */
  readonly email: string;
  /** The account of that address, where there is one. */
  readonly owner?: Owner;
  /** What the browser's device cookie holds. */
  readonly device?: string;
  readonly origin: Origin;
}

export interface Owner {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly email: string;
}

/** One attempt that was counted before the password was looked at. */
export interface CountedAttempt {
  /** `closed`: the password must not be looked at, and hashing must cost the same all the same. */
  readonly door: 'open' | 'closed';
  /** This attempt is the one that closes the account, unless the password is right. */
  readonly isLast: boolean;
  readonly key: string;
  /** Until when it is closed, of the last. */
  readonly closedUntil?: Date;
}

export interface Lockout {
  /**
   * Counts an attempt, atomically, before the password is looked at: of any number at once, as many find the
   * door open as are left (R3.8, security case 97). An address nobody has is counted alike.
   */
  count(subject: Subject): Promise<CountedAttempt>;
  /** It was wrong. Joins the unit of the refusal; where it closed the account, its owner is told, with a link that opens it. */
  wrong(unit: Unit, subject: Subject, attempt: CountedAttempt): Promise<void>;
  /** It was right: the slate is wiped. Joins the unit of what it was right for. */
  right(unit: Unit, attempt: CountedAttempt): Promise<void>;
  /** From now on this browser has a count of its own for this account. */
  rememberDevice(unit: Unit, owner: Pick<Owner, 'id' | 'tenantId'>, device: string): Promise<void>;
  /** Opens an account to every device, by a right reset or by an administrator; the devices known so far are forgotten if told. */
  open(
    unit: Unit,
    owner: Owner,
    how: { readonly reason: string; readonly forgetDevices?: boolean; readonly origin?: Origin },
  ): Promise<void>;
}
