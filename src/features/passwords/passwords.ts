import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { PasswordFault, RuleSet } from './rules.js';

export type { PasswordFault, RuleSet } from './rules.js';

/** Whose password it is to be. With `id`, the last five are looked at too. */
export interface PasswordOwner {
  readonly tenantId: TenantId;
  readonly email: string;
  readonly name: string;
  readonly id?: UserId;
}

/** A password that met every rule, as it will be kept. */
export interface PreparedPassword {
  readonly hash: string;
  /** The stored hash it replaces; `put` writes only while that still stands. */
  readonly replaces?: string;
  readonly expiresAt: Date | null;
}

export type Judgement =
  | { readonly ok: true; readonly value: PreparedPassword }
  | { readonly ok: false; readonly reason: 'unfit'; readonly faults: readonly PasswordFault[] };

/** A user's password as it is kept. */
export interface StoredPassword {
  readonly hash: string;
  /** From another system: its schemes verify as well, until the next success. */
  readonly imported: boolean;
  readonly changedAt: Date;
  /** From this instant it must be changed at sign-in (R6.5); null says never. */
  readonly expiresAt: Date | null;
}

/** What a tenant asks of a new password, and for how long it holds. */
export interface PasswordPolicy {
  readonly rules: RuleSet;
  readonly minLength: number;
  readonly days: number | null;
}

export interface Passwords {
  /** What speaks against a new password, without hashing it. */
  faultsOf(password: string, owner: PasswordOwner): Promise<readonly PasswordFault[]>;
  /**
   * Judges a new password by its owner's rules, and hashes it. Every fault that is cheap to find is named at
   * once; `reused` only where there is no other. Slow, and to be called with no unit open.
   */
  prepare(password: string, owner: PasswordOwner): Promise<Judgement>;
  /**
   * Sets the user's password, in a unit of their tenant; the one before goes into the history of five (R6.3).
   * `false`, and nothing written, when it was changed since it was prepared.
   */
  put(unit: Unit, userId: UserId, prepared: PreparedPassword): Promise<boolean>;
  read(unit: Unit, userId: UserId): Promise<StoredPassword | undefined>;
  /**
   * Whether a password is the stored one; `right-outdated` says that its hash should be made anew. Takes as
   * long where there is none (R3.3), and where the password can be nobody's.
   */
  check(
    stored: StoredPassword | undefined,
    password: string,
  ): Promise<'right' | 'right-outdated' | 'wrong'>;
  /** A right password by today's parameters, whatever today's rules say of it. Slow, with no unit open. */
  rehash(password: string): Promise<string>;
  /** Puts the new hash of the same password in place of the old; `false` when the old no longer stands. */
  renew(
    unit: Unit,
    userId: UserId,
    change: { readonly from: string; readonly to: string },
  ): Promise<boolean>;
  /**
   * Sets a hash made by another system, in place of any password there is: bcrypt, argon2, scrypt or pbkdf2
   * (R3.2). Throws `InvalidInput` for what is none of them, is weaker than may be kept, or would cost too
   * much to verify. `false`, and nothing written, when the password was changed at the same time.
   */
  import(unit: Unit, userId: UserId, hash: string): Promise<boolean>;
  policyOf(tenantId: TenantId): Promise<PasswordPolicy>;
  /** The tenant's passwords hold so many days from when they were changed, from now on. */
  reschedule(unit: Unit, tenantId: TenantId, days: number | null): Promise<void>;
  /** Tells everybody whose password expires within seven days, once for each such date; called by the timetable. */
  warn(): Promise<void>;
}
