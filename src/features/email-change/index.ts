/**
 * Email change: another address for an account, and the way back.
 *
 * The new address is proven by its own mailbox before anything changes; the old one is told, and can undo it
 * for 72 hours, over whatever was changed since, during which nobody else can have it. A change that was asked
 * for dies with every session of the account; the way back dies with time alone.
 *
 * Owns: table `email_changes`. Records: `email-change.requested`, `email-change.confirmed`,
 * `email-change.undone`, `email-change.refused`.
 */
export {
  createEmailChangePages,
  type EmailChangePagesDeps,
  type SignedInPerson,
} from './pages.ts';
export { createEmailChange, type EmailChange, type EmailChangeDeps } from './service.ts';
export { createEmailChangeStore } from './store.pg.ts';
export type { EmailChangeStore } from './store.ts';
