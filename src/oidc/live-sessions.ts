import type { Clients } from '#src/features/clients/index.ts';
import type {
  LiveSession,
  LiveSessions,
  SessionOwner,
  Sessions,
} from '#src/features/sessions/index.ts';
import type { Caller } from '#src/http/caller.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { listening } from './listening.ts';
import type { ArtifactNames } from './names.ts';
import type { Person } from './notes.ts';
import { CLOSED, factsOf, readSession } from './session-entry.ts';

export interface LiveSessionsDeps {
  readonly store: EphemeralStore;
  readonly names: ArtifactNames;
  readonly sessions: Pick<Sessions, 'judge' | 'end' | 'suspect' | 'limitOf'>;
  readonly clients: Pick<Clients, 'find'>;
  readonly clock: Clock;
}

/** Ends sessions for what shows elsewhere than in their browsers. */
export interface SessionKeeper {
  /** Somebody has signed in: of the others, those used longest ago end. */
  begun(owner: SessionOwner, uid: string): Promise<void>;
  /** A refresh token was used that came of this session, and had been spent (R7.8). */
  reused(user: Person, uid: string, origin: Caller): Promise<void>;
}

/** A session, and where it is kept. */
interface Kept {
  readonly key: string;
  readonly session: LiveSession;
}

/** Everybody's sessions by whose they are, as the store's index knows them and Postgres judges them. */
export function createLiveSessions(deps: LiveSessionsDeps): LiveSessions & SessionKeeper {
  const { store, names, sessions, clients, clock } = deps;

  async function all(userId: UserId): Promise<Kept[]> {
    const keys = await store.members(names.sessionsOf(userId));
    const found = await Promise.all(keys.map((key) => keptAt(key, userId, deps)));
    return found.flatMap((kept) => kept ?? []).toSorted(latestFirst);
  }

  async function endKept({ key, session }: Kept, owner: SessionOwner, cause: Cause) {
    const { uid, applications } = session;
    const told = await listening(clients, applications);
    await sessions.end({ ...owner, uid, clients: told, ...cause });
    await store.bury(key, later(clock.now(), CLOSED));
  }

  return {
    of: async (userId) => (await all(userId)).map(({ session }) => session),

    async end(owner, uid, cause) {
      const kept = (await all(owner.userId)).filter(({ session }) => session.uid === uid);
      for (const one of kept) await endKept(one, owner, cause);
      return kept.length > 0;
    },

    async endOthers(owner, uid, cause) {
      const others = (await all(owner.userId)).filter(({ session }) => session.uid !== uid);
      for (const other of others) await endKept(other, owner, cause);
      return others.length;
    },

    async begun(owner, uid) {
      const limit = await sessions.limitOf(owner.tenantId);
      if (limit === undefined) return;
      const others = (await all(owner.userId)).filter(({ session }) => session.uid !== uid);
      for (const beyond of others.slice(limit - 1)) await endKept(beyond, owner, BEYOND);
    },

    async reused(user, uid, origin) {
      const kept = (await all(user.id)).find(({ session }) => session.uid === uid);
      const told = await listening(clients, kept?.session.applications ?? []);
      const signal = 'refresh-token-reused';
      // Where the application's server is says nothing about who has the token.
      await sessions.suspect({
        user,
        uid,
        signal,
        use: { at: clock.now() },
        origin,
        clients: told,
      });
    },
  };
}

type Cause = Parameters<LiveSessions['end']>[2];
const BEYOND: Cause = { reason: 'too-many-sessions' };

async function keptAt(
  key: string,
  userId: UserId,
  { store, sessions }: LiveSessionsDeps,
): Promise<Kept | undefined> {
  const entry = await store.get(key);
  const stored = entry && readSession(entry);
  const facts = stored && factsOf(stored.payload);
  if (!stored?.trace || facts?.userId !== userId) return undefined;
  const verdict = await sessions.judge(facts);
  if (!verdict.alive) return undefined;
  const { signedInAt, lastSeenAt, address, browser } = stored.trace;
  const session: LiveSession = {
    ...{ uid: facts.uid, signedInAt, lastSeenAt, endsAt: stored.expiresAt, browser },
    ...(address && { address }),
    how: stored.payload.amr ?? [],
    applications: stored.clients,
  };
  return { key, session };
}

/** Of two used at the same moment the later one by name, so that every node sees one order. */
function latestFirst({ session: a }: Kept, { session: b }: Kept): number {
  return b.lastSeenAt.getTime() - a.lastSeenAt.getTime() || (a.uid < b.uid ? 1 : -1);
}
