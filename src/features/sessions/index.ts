/**
 * Sessions: how long one lives, and that an ended one stays ended.
 *
 * A session slides by 24 hours and ends 7 days after its sign-in (R7.1, R7.2); the Clock judges, TTLs
 * only tidy. Ending one is written to Postgres first, by the session's uid; ending all of a user's is
 * the user's epoch. Both are judged at every load, so nothing in flight can bring one back (ADR 0003).
 *
 * Owns: table `session_revocations`. Records: `session.ended`, `session.all-ended`. Answers for: P08–P16.
 */
export {
  ABSOLUTE_LIFETIME,
  ANONYMOUS_LIFETIME,
  type SessionFacts,
  sessionEnd,
  standing,
  type Verdict,
} from './lifetime.ts';
export { createSessions, type EndedSession, type Sessions } from './service.ts';
export { createSessionStore } from './store.pg.ts';
export type { SessionStore } from './store.ts';
