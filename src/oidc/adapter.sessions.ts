import type { Clients } from '#src/features/clients/index.ts';
import type { Seen, SessionFacts, Sessions, Trace } from '#src/features/sessions/index.ts';
import type { Caller } from '#src/http/caller.ts';
import { later, SECOND } from '#src/kernel/clock.ts';
import type { People } from './account.ts';
import { type EphemeralDeps, unsupported } from './adapter.ephemeral.ts';
import type { Adapter, AdapterPayload } from './engine.ts';
import { listening } from './listening.ts';
import type { SessionKeeper } from './live-sessions.ts';
import type { NoteBook, Notes } from './notes.ts';
import {
  CLOSED,
  factsOf,
  partsOf,
  readSession,
  type StoredSession,
  traceAfter,
  writeSession,
} from './session-entry.ts';

export interface SessionDeps extends EphemeralDeps {
  readonly sessions: Pick<Sessions, 'judge'>;
  readonly keeper: Pick<SessionKeeper, 'begun'>;
  readonly people: People;
  readonly clients: Pick<Clients, 'find'>;
  readonly notes: NoteBook;
}

const MODEL = 'Session';

/**
 * The browser's one session (D4), in the ephemeral store.
 *
 * Postgres judges every signed-in session at every load: ended, superseded by the user's epoch, too
 * old, or its user gone means not found, whatever the store still holds (F3). What each client holds
 * of a session is merged one by one, so that applications authorised in parallel lose nothing. A
 * session remembers how it is used, and one that comes from another browser than it was made with is
 * ended at that load (R7.8).
 */
export function createSessionAdapter(deps: SessionDeps): Adapter {
  const { store, names, clock, notes } = deps;

  async function load(key: string, by: 'cookie' | 'uid'): Promise<AdapterPayload | undefined> {
    const entry = await store.get(key);
    if (!entry) return undefined;
    const stored = readSession(entry);
    const noted = notes.current();
    const seen = by === 'cookie' ? seenOf(stored, noted, deps) : undefined;
    if (stored.payload.accountId && !(await isAlive(stored, seen, deps))) return undefined;
    noted?.loaded.set(key, stored);
    return stored.payload;
  }

  return {
    async find(id) {
      const found = await load(names.key(MODEL, id), 'cookie');
      return found && { ...found, jti: id };
    },

    async findByUid(uid) {
      const keys = await store.members(names.sessionIndex(uid));
      const found = await Promise.all(keys.map((key) => load(key, 'uid')));
      return found.find((payload) => payload !== undefined);
    },

    async upsert(id, payload, expiresIn = 0) {
      const key = names.key(MODEL, id);
      const noted = notes.current();
      const before = loadedAs(payload, noted);
      const facts = factsOf(payload);
      const indexes = [names.sessionIndex(payload.uid ?? id)];
      if (facts) indexes.push(names.sessionsOf(facts.userId));
      const draft = {
        value: writeSession(payload, traceOf(facts, before, deps)),
        expiresAt: later(clock.now(), expiresIn * SECOND),
        parts: partsOf(payload, noted?.loaded.get(key)?.clients ?? []),
        indexes,
      };
      if (!(await store.put(key, draft))) return outrun(payload, draft.parts, deps);
      if (facts && before?.payload.loginTs !== payload.loginTs) await begun(facts, deps);
    },

    async destroy(id) {
      await store.bury(names.key(MODEL, id), later(clock.now(), CLOSED));
    },

    consume: unsupported,
    findByUserCode: unsupported,
    revokeByGrantId: unsupported,
  };
}

/** What a session remembers once this request is done with it. */
function traceOf(
  facts: SessionFacts | undefined,
  before: StoredSession | undefined,
  { notes, clock }: SessionDeps,
): Trace | undefined {
  const noted = notes.current();
  if (!facts || !noted) return before?.trace;
  return traceAfter(before?.trace, facts, useOf(noted.caller, clock.now()));
}

async function begun({ userId, uid }: SessionFacts, { people, keeper }: SessionDeps) {
  const person = await people.find(userId);
  if (person) await keeper.begun({ userId, tenantId: person.tenantId }, uid);
}

/** The id was renewed or ended meanwhile: what this request did for its client goes to the session that lives on. */
async function outrun(
  { uid }: AdapterPayload,
  parts: Readonly<Record<string, string | null>>,
  { store, names, notes }: SessionDeps,
): Promise<void> {
  const noted = notes.current();
  if (noted) noted.outrun = true;
  const keys = uid ? await store.members(names.sessionIndex(uid)) : [];
  for (const key of keys) {
    const live = await store.get(key);
    if (live) await store.put(key, { value: live.value, expiresAt: live.expiresAt, parts });
  }
}

async function isAlive(
  { payload }: StoredSession,
  seen: Seen | undefined,
  { sessions, notes }: SessionDeps,
): Promise<boolean> {
  const facts = factsOf(payload);
  if (!facts) return false;
  const verdict = await sessions.judge(facts, seen);
  if (verdict.alive) notes.current()?.people.set(facts.userId, verdict.user);
  return verdict.alive;
}

/** A session that a browser brings; applications that ask after one by its name are not where it is used. */
function seenOf(
  { trace, clients }: StoredSession,
  noted: Notes | undefined,
  deps: SessionDeps,
): Seen | undefined {
  if (!trace || !noted) return undefined;
  return {
    trace,
    use: useOf(noted.caller, deps.clock.now()),
    origin: noted.caller,
    clients: () => listening(deps.clients, clients),
  };
}

function useOf({ address, userAgent }: Caller, at: Date) {
  return { at, ...(address && { address }), ...(userAgent && { userAgent }) };
}

/** The session as this request found it, whatever its id was then. */
function loadedAs({ uid }: AdapterPayload, noted: Notes | undefined): StoredSession | undefined {
  if (!noted || uid === undefined) return undefined;
  return [...noted.loaded.values()].find(({ payload }) => payload.uid === uid);
}
