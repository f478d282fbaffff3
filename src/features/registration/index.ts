/**
 * Registration: people make accounts of their own, where a tenant lets them.
 *
 * Closed, by invitation, by domain or open, as the tenant says; the answer never tells whether an address
 * has an account. Whoever registers an address first gains nothing by it: until it is proven, the account
 * makes way for the next one, with all that hung on it (ADR 0036).
 *
 * Owns: table `invitations`. Records: `registration.completed`, `registration.refused`, `invitation.sent`.
 */
export { createInvitationsApi, type InvitationsApiDeps } from './api.ts';
export { createInvitations, type InvitationDraft, type Invitations } from './invitations.ts';
export type { Reserved } from './occupancy.ts';
export { createRegistrationPages, type RegistrationPagesDeps } from './pages.ts';
export { createPlaces, type Places } from './places.ts';
export type { InvitationRefusal } from './policy.ts';
export { createRegistration, type Registration } from './service.ts';
export { createInvitationStore } from './store.pg.ts';
export type { InvitationStore } from './store.ts';
