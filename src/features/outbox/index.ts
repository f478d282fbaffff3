/**
 * Outbox: what is to go out is a row of the act's own unit first, and is delivered by the timetable
 * (ADR 0014).
 *
 * A mail is written whole when it is asked for, in text and HTML, under the tenant's name; whatever people
 * chose stands in it as one line without a link. It is sealed until it is delivered, tried with growing
 * waits, and dead after the last try or a refusal, where an operator sees it and can try again. The end of a
 * session, for an application to hear of, goes the same way.
 *
 * Owns: table `outbox`. Records: `outbox.died`, `outbox.retried`.
 */
export type { OutboxDesk } from './desk.ts';
export { createDevMailbox, type DevMailbox } from './mailbox.ts';
export type { LogoutCourier, LogoutNotice, MailDraft, Outbox } from './outbox.ts';
export { createDevMailPages, type DevMailPagesDeps } from './pages.ts';
export { createOutbox, type OutboxDeps } from './service.ts';
export { createOutboxStore } from './store.pg.ts';
export type { OutboxEntry, OutboxState, OutboxStore } from './store.ts';
