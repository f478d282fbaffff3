/**
 * Lockout: a pause after repeated failure.
 *
 * Five wrong passwords in a row close an account for thirty minutes; a right one before that wipes the slate.
 * Strangers can close an account only to devices it has never signed in from: a known device has a count of
 * its own, so nobody can lock the owner out (ADR 0009). Every door that takes a password tries it through
 * `PasswordDoor`, which counts first and looks afterwards, so that of any number of guesses at once no more
 * are looked at than are left. An address nobody has is counted like any other, and an answer never tells.
 *
 * Whichever count closes, the owner is told by mail: what a stranger did, or that somebody tries at a browser
 * of theirs. The link in it opens all of the account's counts at once; so do a right reset, an administrator
 * and the time.
 *
 * Owns: tables `lockouts`, `known_devices`, `unlocks`. Records: `lockout.closed`, `lockout.opened`.
 * Answers for: P06, P07.
 */
export { createLockoutApi, type LockoutApiDeps } from './api.ts';
export { createPasswordDoor, type PasswordDoor, type TriedPassword } from './door.ts';
export { createDeviceCookie, type DeviceCookie } from './gate.ts';
export type { CountedAttempt, Lockout, Owner, Subject } from './lockout.ts';
export { createUnlockPages, type UnlockPagesDeps } from './pages.ts';
export { createLockout, type LockoutDeps, type LockoutRoom } from './service.ts';
export { createLockoutStore } from './store.pg.ts';
export type { LockoutStore } from './store.ts';
export { createUnlocking, type Unlocking, type UnlockRefusal } from './unlocking.ts';
