import type { Sessions } from '#src/features/sessions/index.ts';
import { type Clock, fromEpochSeconds, later, SECOND } from '#src/kernel/clock.ts';
import { type UserId, userId } from '#src/kernel/ids.ts';
import { ownMetadata } from './client-metadata.ts';
import { type Account, type EngineContext, errors } from './engine.ts';
import type { NoteBook, Person } from './notes.ts';

/** People as tokens speak of them. */
export interface People {
  /** Someone who may be spoken of now: `undefined` when gone, disabled, suspended, or superseded by their epoch since `since`. */
  find(id: UserId, since?: Date): Promise<Person | undefined>;
  /** The same, where nobody else can have got this far. */
  get(id: UserId): Promise<Person>;
}

/** What lives without a session is judged like one: its user, their tenant, their epoch. */
const NO_SESSION = '';

export function createPeople(
  sessions: Pick<Sessions, 'judge'>,
  notes: NoteBook,
  clock: Clock,
): People {
  async function find(id: UserId, since?: Date): Promise<Person | undefined> {
    const known = notes.current()?.people.get(id);
    if (known) return known;
    const now = clock.now();
    // Asked about nothing that was issued, the epoch has nothing to say, not even within its own second.
    const signedInAt = since ?? later(now, SECOND);
    const facts = { uid: NO_SESSION, userId: id, signedInAt, startedAt: now };
    const verdict = await sessions.judge(facts);
    if (!verdict.alive) return undefined;
    notes.current()?.people.set(id, verdict.user);
    return verdict.user;
  }

  return {
    find,
    async get(id) {
      const person = await find(id);
      if (!person) throw new errors.InvalidGrant('referenced account not found');
      return person;
    },
  };
}

/** The claims each scope brings; `openid` brings what R3.4 asks of every token. */
export const CLAIMS: Record<string, string[]> = {
  openid: ['sub', 'auth_time', 'acr', 'amr', 'tenant_id', 'roles'],
  profile: ['name', 'updated_at'],
  email: ['email', 'email_verified'],
};

/**
 * Finds the account behind a `sub`, for sign-in, tokens and UserInfo alike.
 *
 * What was issued before the user's epoch, or to somebody disabled since, finds nobody.
 */
export function createFindAccount(people: People) {
  return async (
    context: EngineContext,
    sub: string,
    token?: object,
  ): Promise<Account | undefined> => {
    const { authTime, iat } = (token ?? {}) as { authTime?: number; iat?: number };
    const issued = authTime ?? iat;
    const since = issued === undefined ? undefined : fromEpochSeconds(issued);
    const person = await people.find(userId(sub), since);
    return person && accountOf(context, person);
  };
}

function accountOf(context: EngineContext, person: Person): Account {
  return {
    accountId: person.id,
    tenantId: person.tenantId,
    claims(use, _scope, claims) {
      const all = claimsOf(person);
      const client = context.oidc.client;
      if (use !== 'id_token' || !client || !ownMetadata(client).avian_claims_at_userinfo)
        return all;
      return atUserInfoOnly(all, Object.keys(claims ?? {}));
    },
  };
}

function claimsOf(person: Person) {
  return {
    sub: person.id as string,
    tenant_id: person.tenantId as string,
    roles: [person.role as string],
    name: person.name,
    updated_at: Math.floor(person.updatedAt.getTime() / 1000),
    email: person.email,
    email_verified: person.emailVerifiedAt !== undefined,
  };
}

/** Leaves profile and e-mail claims to UserInfo, but for those the request names one by one. */
function atUserInfoOnly<C extends { sub: string }>(all: C, asked: readonly string[]): C {
  const withheld = [...(CLAIMS['profile'] ?? []), ...(CLAIMS['email'] ?? [])];
  const kept = Object.entries(all).filter(
    ([name]) => !withheld.includes(name) || asked.includes(name),
  );
  return Object.fromEntries(kept) as C;
}
