import type { Clock } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { PasswordHasher } from './hasher.ts';
import { MOST_CHARACTERS, normalisePassword } from './password.ts';
import type { PasswordStore } from './store.ts';

export interface Passwords {
  /**
   * The hash of a password; `InvalidInput` when it cannot be one. Slow, and to be called with no unit
   * open: hashing happens between two.
   */
  prepare(password: string): Promise<string>;
  /** Sets the user's password, in a unit of their tenant. */
  put(unit: Unit, userId: UserId, hash: string): Promise<void>;
  /** The hash of the user's password, if there is one. */
  read(unit: Unit, userId: UserId): Promise<string | undefined>;
  /**
   * Whether a password is the hash's; `right-outdated` says that the hash should be made anew. Takes as
   * long where there is no hash (R3.3), and where the password can be nobody's.
   */
  check(phc: string | undefined, password: string): Promise<'right' | 'right-outdated' | 'wrong'>;
}

export interface PasswordsDeps {
  readonly store: PasswordStore;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
}

/** What nobody's password is: `normalisePassword` never answers with it. */
const NOBODYS = '';

export function createPasswords({ store, hasher, clock }: PasswordsDeps): Passwords {
  return {
    async prepare(password) {
      const normal = normalisePassword(password);
      if (normal !== undefined) return hasher.hash(normal);
      throw new InvalidInput('The password is not valid.', {
        password: `Use 1 to ${MOST_CHARACTERS} characters.`,
      });
    },

    put: (unit, userId, hash) => store.put(unit, userId, hash, clock.now()),

    read: async (unit, userId) => (await store.find(unit, userId))?.hash,

    async check(phc, password) {
      const normal = normalisePassword(password) ?? NOBODYS;
      const right =
        phc === undefined ? await hasher.verifyNothing(normal) : await hasher.verify(phc, normal);
      if (phc === undefined || !right || normal === NOBODYS) return 'wrong';
      return hasher.isOutdated(phc) ? 'right-outdated' : 'right';
    },
  };
}
