import type { Passwords } from '#src/features/passwords/index.ts';
import type { CountedAttempt, Subject } from './lockout.ts';
import type { LockoutRoom } from './service.ts';

export interface TriedPassword {
  readonly attempt: CountedAttempt;
  /** `wrong` at a closed door, whatever the password. */
  readonly check: 'right' | 'right-outdated' | 'wrong';
}

/**
 * The one way a door tries somebody's password (security case 98): at sign-in, at verification, at a change
 * of address. What it finds is recorded by `lockout.right` or `lockout.wrong` in the unit of the act.
 */
export interface PasswordDoor {
  /**
   * Counts, then looks: at `stored` where the door is open, and at nothing where it is closed, which takes
   * as long (R3.3). Slow, and to be called with no unit open. What could not be looked at, since hashing was
   * too busy, is not held against anybody.
   */
  try(subject: Subject, stored: StoredPassword, password: string): Promise<TriedPassword>;
}

/** What the passwords' room keeps of one; nothing, where there is none. */
type StoredPassword = Parameters<Passwords['check']>[0];

interface PasswordDoorDeps {
  readonly lockout: Pick<LockoutRoom, 'count' | 'takeBack'>;
  readonly passwords: Pick<Passwords, 'check'>;
}

export function createPasswordDoor({ lockout, passwords }: PasswordDoorDeps): PasswordDoor {
  return {
    async try(subject, stored, password) {
      const attempt = await lockout.count(subject);
      const isOpen = attempt.door === 'open';
      try {
        const check = await passwords.check(isOpen ? stored : undefined, password);
        return { attempt, check: isOpen ? check : 'wrong' };
      } catch (fault) {
        await lockout.takeBack(attempt);
        throw fault;
      }
    },
  };
}
