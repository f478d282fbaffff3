/**
 * Recovery: back into an account whose password is forgotten, by a link in its mailbox (R11).
 *
 * One link a user, the newest, for one hour, and once: held and spent in the unit that sets the password,
 * which ends every session and refresh token as well. Asking is answered alike for every address. A change
 * of the password or of the address kills the link.
 *
 * Owns: table `recoveries`. Records: `recovery.requested`, `recovery.completed`, `recovery.refused`.
 * Answers for: P59–P64.
 */
export { createRecoveryPages, type RecoveryPagesDeps } from './pages.ts';
export { createRecovery, type Recovery, type RecoveryDeps } from './service.ts';
export { createRecoveryStore } from './store.pg.ts';
export type { RecoveryStore } from './store.ts';
