import type { Sessions } from '#src/features/sessions/index.ts';
import { fromEpochSeconds, later, MINUTE, SECOND } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import { type EphemeralDeps, unsupported } from './adapter.ephemeral.ts';
import type { Adapter, AdapterPayload } from './engine.ts';
import type { NoteBook } from './notes.ts';

export interface SessionDeps extends EphemeralDeps {
  readonly sessions: Pick<Sessions, 'judge'>;
  readonly notes: NoteBook;
}

/** How long the place of a renewed or ended session's id stays closed against requests under way. */
const CLOSED = 10 * MINUTE;
const MODEL = 'Session';

/**
 * The browser's one session (D4), in the ephemeral store.
 *
 * Postgres judges every signed-in session at every load: ended, superseded by the user's epoch, too
 * old, or its user gone means not found, whatever the store still holds (F3). What each client holds
 * of a session is merged one by one, so that applications authorised in parallel lose nothing.
 */
export function createSessionAdapter(deps: SessionDeps): Adapter {
  const { store, names, clock, notes } = deps;

  async function load(key: string, id: string | undefined): Promise<AdapterPayload | undefined> {
    const entry = await store.get(key);
    if (!entry) return undefined;
    const payload = JSON.parse(entry.value) as AdapterPayload;
    if (payload.accountId && !(await isAlive(payload, deps))) return undefined;
    const clients = Object.entries(entry.parts);
    notes.current()?.loaded.set(key, Object.keys(entry.parts));
    return {
      ...payload,
      ...(id && { jti: id }),
      ...(clients.length > 0 && { authorizations: Object.fromEntries(clients.map(parsed)) }),
    };
  }

  return {
    find: (id) => load(names.key(MODEL, id), id),

    async findByUid(uid) {
      const keys = await store.members(names.sessionIndex(uid));
      const found = await Promise.all(keys.map((key) => load(key, undefined)));
      return found.find((payload) => payload !== undefined);
    },

    async upsert(id, payload, expiresIn) {
      const { jti: _id, authorizations = {}, ...rest } = payload;
      const key = names.key(MODEL, id);
      const draft = {
        value: JSON.stringify(rest),
        expiresAt: later(clock.now(), (expiresIn ?? 0) * SECOND),
        parts: partsOf(authorizations, notes.current()?.loaded.get(key) ?? []),
        indexes: [names.sessionIndex(payload.uid ?? id)],
      };
      if (!(await store.put(key, draft))) await outrun(payload, draft.parts);
    },

    async destroy(id) {
      await store.bury(names.key(MODEL, id), later(clock.now(), CLOSED));
    },

    consume: unsupported,
    findByUserCode: unsupported,
    revokeByGrantId: unsupported,
  };

  /** The id was renewed or ended meanwhile: what this request did for its client goes to the session that lives on. */
  async function outrun(payload: AdapterPayload, parts: Readonly<Record<string, string | null>>) {
    const noted = notes.current();
    if (noted) noted.outrun = true;
    const keys = payload.uid ? await store.members(names.sessionIndex(payload.uid)) : [];
    for (const key of keys) {
      const live = await store.get(key);
      if (live) await store.put(key, { value: live.value, expiresAt: live.expiresAt, parts });
    }
  }
}

async function isAlive(payload: AdapterPayload, deps: SessionDeps): Promise<boolean> {
  const { accountId, uid, loginTs } = payload;
  if (accountId === undefined || uid === undefined || loginTs === undefined) return false;
  const signedInAt = fromEpochSeconds(loginTs);
  const facts = { uid, userId: userId(accountId), signedInAt, startedAt: signedInAt };
  const verdict = await deps.sessions.judge(facts);
  if (verdict.alive) deps.notes.current()?.people.set(accountId, verdict.user);
  return verdict.alive;
}

function partsOf(held: object, loaded: readonly string[]): Record<string, string | null> {
  const gone = loaded.filter((client) => !(client in held)).map((client) => [client, null]);
  const kept = Object.entries(held).map(([client, state]) => [client, JSON.stringify(state)]);
  return Object.fromEntries([...gone, ...kept]);
}

function parsed([client, state]: [string, string]): [string, object] {
  return [client, JSON.parse(state) as object];
}
