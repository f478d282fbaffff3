/**
 * Passwords: hashing, and whether one is right.
 *
 * argon2id at OWASP's floor or above (ADR 0022), in a process of its own, so that token traffic, which signs
 * on this process's threads, never waits behind passwords. Hashing is bounded: so many at once, so many
 * waiting, and beyond that `Unavailable`, so that a crowd at the door never starves those inside.
 * An unknown address costs the same time as a known one (R3.3).
 *
 * Owns: table `passwords`. Answers for: P01, P02, P33–P37, P39.
 */
export {
  type Argon2Hasher,
  createArgon2Hasher,
  type HasherSettings,
  type HashingCost,
  LOWEST_COST,
} from './hasher.argon2.ts';
export type { PasswordHasher } from './hasher.ts';
export { createPasswords, type Passwords } from './service.ts';
export { createPasswordStore } from './store.pg.ts';
export type { PasswordStore } from './store.ts';
