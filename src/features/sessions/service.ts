import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import { type Clock, HOUR, later } from '#src/kernel/clock.ts';
import { isUuid, type TenantId, type UserId } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { ABSOLUTE_LIFETIME, type SessionFacts, standing, type Verdict } from './lifetime.ts';
import type { SessionStore } from './store.ts';

export interface EndedSession {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly uid: string;
  readonly reason: string;
  readonly origin?: Origin;
}

export interface Sessions {
  /**
   * Ends one session for good: once this resolves, no load of it says alive again (P13). Ending it
   * twice is ending it once.
   */
  end(ended: EndedSession): Promise<void>;
  /**
   * Ends every session of a user that signed in up to now, this millisecond included; one that signs in
   * after it lives. Joins the unit of what caused it. With `before`, those that signed in before it.
   */
  endAll(unit: Unit, userId: UserId, reason: string, before?: Date): Promise<void>;
  /** Forgets revocations that no session can need any more; called by the timetable. */
  sweep(limit: number): Promise<void>;
  /** Whether a session may be used now, and whose it is: asked at every load. */
  judge(facts: SessionFacts): Promise<Verdict>;
}

export interface SessionsDeps {
  readonly units: Units;
  readonly store: SessionStore;
  readonly users: Pick<UserStore, 'moveEpoch'>;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly digest: Digest;
}

const LOOK: Scope = { kind: 'system', job: 'sessions' };

export function createSessions(deps: SessionsDeps): Sessions {
  const { units, store, users, audit, clock, digest } = deps;
  const digestOf = (uid: string) => digest.of('session-uid', uid);
  const look = ({ uid, userId }: SessionFacts) =>
    units.once(LOOK, (unit) => store.look(unit, digestOf(uid), userId));

  return {
    end: ({ tenantId, userId, uid, reason, origin }) =>
      units.run({ kind: 'tenant', tenantId, actor: userId }, async (unit) => {
        const now = clock.now();
        const uidDigest = digestOf(uid);
        const ended = await store.revoke(unit, {
          uidDigest,
          tenantId,
          userId,
          reason,
          revokedAt: now,
          // A sign-in under way may just be renewing it, and ends up to a moment later.
          expiresAt: later(now, ABSOLUTE_LIFETIME + HOUR),
        });
        if (!ended) return;
        await audit.record(unit, {
          action: 'session.ended',
          outcome: 'success',
          actor: { kind: 'user', id: userId, tenantId },
          resource: { type: 'session', id: uidDigest },
          ...(origin && { origin }),
          details: { reason },
        });
      }),

    async endAll(unit, userId, reason, before = later(clock.now(), 1)) {
      const tenantId = await users.moveEpoch(unit, userId, before);
      if (tenantId === undefined) return;
      await audit.record(unit, {
        action: 'session.all-ended',
        outcome: 'success',
        actor: { kind: 'user', id: userId, tenantId },
        tenantId,
        resource: { type: 'user', id: userId },
        details: { reason },
      });
    },

    sweep: (limit) => units.once(LOOK, (unit) => store.sweep(unit, clock.now(), limit)),

    async judge(facts) {
      const record = isUuid(facts.userId) ? await look(facts) : undefined;
      return standing(facts, record, clock.now());
    },
  };
}
