/**
 * Verification: an address is whose it is said to be.
 *
 * A link and a code go out by mail; either proves the address once, for a day, in the hands of somebody who
 * also has the password (R10). Opening the link changes nothing. Until then a browser waits, and goes on to
 * the application it came from.
 *
 * Owns: table `verifications`; waits, in the ephemeral store. Records: `verification.requested`,
 * `verification.completed`, `verification.refused`. Answers for: P53–P55, P57, P58.
 */
export { type Claims, createClaims } from './claims.ts';
export { createWaitCookie, type WaitCookie } from './gate.ts';
export { createLinks, type Links } from './links.ts';
export { createVerificationPages, type VerificationPagesDeps } from './pages.ts';
export { createVerification } from './service.ts';
export { createVerificationStore } from './store.pg.ts';
export type { VerificationStore } from './store.ts';
export type { Claimant, Verification, Wait } from './verification.ts';
export { createWaits, type Waits } from './waits.ts';
