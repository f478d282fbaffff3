/**
 * Audit: what happened, to whom, by whom; written with the act or not at all.
 *
 * Entries are append-only, the application's own role included, and partitioned by month (R9, ADR 0015).
 * `record` joins the unit of the act; `recordAlone` is for acts that have no row of their own, and
 * lets those that arrive together share one commit. What a stranger sent is cleaned on its way in,
 * so that no entry fails for its content and none can spoil another.
 *
 * Owns: table `audit_entries`. Answers for: P46–P52.
 */
export type { Actor, AuditEvent, Details, Origin } from './event.ts';
export { type Audit, createAudit } from './service.ts';
export { createAuditStore } from './store.pg.ts';
export type { AuditClause, AuditStore } from './store.ts';
