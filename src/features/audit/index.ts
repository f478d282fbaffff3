/**
 * Audit: what happened, to whom, by whom; written with the act or not at all.
 *
 * Entries are append-only, the application's own role included, and partitioned by month (R9, ADR 0015).
 * `record` joins the unit of the act; `recordAlone` is for acts that have no row of their own, and
 * lets those that arrive together share one commit. What a stranger sent is cleaned on its way in,
 * so that no entry fails for its content and none can spoil another. Every action has a row in the
 * catalogue. Entries are read in pages or taken away as a file, with the names of whom they are about;
 * each reading is an entry itself.
 *
 * Owns: tables `audit_entries`, `audit_links`, `audit_heads`, `audit_tombstones`, `audit_linking`. Answers for: P46–P52.
 */
export type { Actor, Origin } from '#src/kernel/scope.ts';
export { type AuditApiDeps, createAuditApi } from './api.ts';
export {
  ACTIONS,
  type Action,
  actionsOf,
  type Category,
  isAction,
  isCategory,
} from './catalogue.ts';
export { createChainStore } from './chain.pg.ts';
export { readHeads, SERVER_CHAIN } from './chain.ts';
export { type Chains, createChains } from './chains.ts';
export type { AuditEvent, Details } from './event.ts';
export { type AuditExport, createAuditExport } from './export.ts';
export { createEventFeed } from './feed.pg.ts';
export { chainOf, type EventFeed } from './feed.ts';
export { createReadingStore } from './reading.pg.ts';
export { type AuditReading, createAuditReading } from './reading.ts';
export type { RetentionRefusal } from './retention.ts';
export type { AuditKeys } from './seal.ts';
export { type Audit, createAudit } from './service.ts';
export { createAuditStore } from './store.pg.ts';
export type { AuditClause, AuditStore, PlacedEntry } from './store.ts';
export type { Verification } from './verify.ts';
export type { Finding } from './walk.ts';
