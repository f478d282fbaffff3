/**
 * Sessions: how long one lives, that an ended one stays ended, and which are in wrong hands.
 *
 * A session slides by 24 hours and ends 7 days after its sign-in (R7.1, R7.2); the Clock judges, TTLs
 * only tidy. Ending one is written to Postgres first, by the session's uid; ending all of a user's is
 * the user's epoch. Both are judged at every load, so nothing in flight can bring one back (ADR 0003).
 * A session remembers the browser it was made with and from where it was used; what its tenant watches for
 * ends it, and its owner is asked whether that was them (R7.8, ADR 0041).
 *
 * Administrators see where the people of their tenant are signed in, and sign them out (R7.7).
 *
 * Owns: table `session_revocations`. Records: `session.ended`, `session.all-ended`, `session.read`.
 * Answers for: P08–P16.
 */
export { createSessionsApi, type SessionsApiDeps } from './api.ts';
export type { EndedSession } from './ending.ts';
export {
  ABSOLUTE_LIFETIME,
  ANONYMOUS_LIFETIME,
  type SessionFacts,
  sessionEnd,
  standing,
  type Verdict,
} from './lifetime.ts';
export type { LiveSession, LiveSessions, SessionOwner } from './live.ts';
export { createOversight, type Oversight, type OversightDeps } from './oversight.ts';
export { createSessions, type Seen, type Sessions } from './service.ts';
export { createSessionStore } from './store.pg.ts';
export type { SessionStore } from './store.ts';
export type { Signal } from './suspicion.ts';
export { readTrace, type Trace, traced, traceOf, type Use, writeTrace } from './trace.ts';
