import type { Audit } from '#src/features/audit/index.ts';
import {
  createManage,
  type ManagedRefusal,
  type User,
  type UserStore,
} from '#src/features/users/index.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import type { Endings } from './ending.ts';
import type { LiveSession, LiveSessions } from './live.ts';

/** Administrators over the sessions of the people of the scope's tenant (R7.7). */
export interface Oversight {
  /** Where somebody is signed in, the latest used first; leaves an entry (P48). */
  list(scope: AdminScope, userId: UserId): Promise<Outcome<readonly LiveSession[], 'unknown'>>;
  /** `gone`: they have no such session, or none any more. */
  end(
    scope: AdminScope,
    userId: UserId,
    uid: string,
  ): Promise<Outcome<undefined, ManagedRefusal | 'gone'>>;
  /** Ends them all, refresh tokens included, with the commit. */
  endAll(scope: AdminScope, userId: UserId): Promise<Outcome<undefined, ManagedRefusal>>;
}

export interface OversightDeps {
  readonly units: Units;
  readonly users: Pick<UserStore, 'find'>;
  readonly sessions: Pick<Endings, 'endAll'>;
  readonly live: Pick<LiveSessions, 'of' | 'end'>;
  readonly audit: Pick<Audit, 'record'>;
}

const REASON = 'administrator';

export function createOversight(deps: OversightDeps): Oversight {
  const { units, users, sessions, live, audit } = deps;
  const manage = createManage({ units, audit, find: users.find });

  async function findHere(scope: AdminScope, userId: UserId): Promise<User | undefined> {
    const user = await units.run(scope, (unit) => users.find(unit, userId));
    return user?.tenantId === tenantOf(scope) ? user : undefined;
  }

  function record(
    scope: AdminScope,
    { outcome, userId, ...rest }: { outcome: string; userId: UserId } & Partial<Entry>,
  ): Promise<void> {
    const { action = 'session.read', details } = rest;
    const resource = { type: 'user', id: userId };
    return units.run(scope, (unit) =>
      audit.record(unit, { action, outcome, resource, ...(details && { details }) }),
    );
  }

  return {
    async list(scope, userId) {
      const user = await findHere(scope, userId);
      // With no unit open: the sessions are kept elsewhere, and each is judged in a unit of its own.
      const found = user && (await live.of(user.id));
      const outcome = found ? 'success' : 'unknown';
      await record(scope, { outcome, userId, ...(found && { details: { count: found.length } }) });
      return found ? done(found) : refused('unknown');
    },

    async end(scope, userId, uid) {
      const act = { action: 'session.ended', userId } as const;
      const allowed = await manage<User, never>(scope, act, async (_, user) => done(user));
      if (!allowed.ok) return allowed;
      const owner = { userId, tenantId: allowed.value.tenantId };
      if (await live.end(owner, uid, { reason: REASON, by: scope })) return done(undefined);
      await record(scope, { ...act, outcome: 'gone' });
      return refused('gone');
    },

    endAll: (scope, userId) =>
      manage(scope, { action: 'session.all-ended', userId }, async (unit, user) => {
        await sessions.endAll(unit, user.id, REASON);
        return done(undefined);
      }),
  };
}

type Entry = Pick<Parameters<Audit['record']>[1], 'action' | 'details'>;
