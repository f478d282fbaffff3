/**
 * Passwords: what a new one must be, and whether one is right.
 *
 * argon2id at OWASP's floor or above (ADR 0022), in a process of its own, so that token traffic, which signs
 * on this process's threads, never waits behind passwords. Hashing is bounded: so many at once, so many
 * waiting, and beyond that `Unavailable`, so that a crowd at the door never starves those inside.
 * An unknown address costs the same time as a known one (R3.3). The rules are one module, `rules.js`, which
 * browsers run too (R6.7).
 *
 * Owns: tables `passwords`, `password_history`. Records: `user.password-expired`. Answers for: P01, P02, P33–P37, P39.
 */
export { createPasswordsApi, type PasswordsApiDeps } from './api.ts';
export { readCommonPasswords } from './common.file.ts';
export { createCredentials } from './credentials.ts';
export { isExpired } from './expiry.ts';
export { createForcing, type Forcing } from './forcing.ts';
export {
  type Argon2Hasher,
  createArgon2Hasher,
  type HasherSettings,
  type HashingCost,
  LOWEST_COST,
} from './hasher.argon2.ts';
export type { PasswordHasher } from './hasher.ts';
export { passwordChanged } from './mails.ts';
export type {
  Judgement,
  PasswordFault,
  PasswordOwner,
  PasswordPolicy,
  Passwords,
  PreparedPassword,
  StoredPassword,
} from './passwords.ts';
export { rulesScript } from './script.ts';
export { createPasswords, type PasswordsDeps } from './service.ts';
export { createPasswordStore } from './store.pg.ts';
export type { PasswordStore } from './store.ts';
export { wordsOf } from './words.ts';
