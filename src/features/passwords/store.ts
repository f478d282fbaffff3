import type { UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** What storage owes the passwords' room. */
export interface PasswordStore {
  find(unit: Unit, userId: UserId): Promise<{ hash: string; changedAt: Date } | undefined>;
  /** Sets the user's password, in place of any other. */
  put(unit: Unit, userId: UserId, hash: string, changedAt: Date): Promise<void>;
}
