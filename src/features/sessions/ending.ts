import type { Actor, Audit, AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { MailDraft, Outbox } from '#src/features/outbox/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import { type Clock, HOUR, later } from '#src/kernel/clock.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { type AdminScope, actorOf, ownerOf, type Scope, type Whose } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { ABSOLUTE_LIFETIME } from './lifetime.ts';
import type { SessionStore } from './store.ts';

export interface EndedSession {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly uid: string;
  readonly reason: string;
  readonly origin?: Origin;
  /** The administrator who ends it; left out, it was its owner, or somebody who showed that they are. */
  readonly by?: AdminScope;
  /** The applications it was signed in to that want to hear of it. */
  readonly clients?: readonly string[];
}

/** Every way that sessions end: revoked in Postgres, entered, and written down for whoever has to hear of it. */
export interface Endings {
  /**
   * Ends one session for good: once this resolves, no load of it says alive again (P13). Ending it
   * twice is ending it once. Its applications are told afterwards, by the outbox (R7.5), and its owner
   * is with `mail`.
   */
  end(ended: EndedSession, mail?: MailDraft): Promise<void>;
  /**
   * Ends every session of a user that signed in up to now, this millisecond included; one that signs in
   * after it lives. Joins the unit of what caused it. With `before`, those that signed in before it.
   * Every application the user was in is told afterwards, by the outbox (R7.5).
   */
  endAll(unit: Unit, userId: UserId, reason: string, before?: Date): Promise<void>;
  /** The same for everybody of a tenant, each with an entry of their own; answers how many they are (R7.7). */
  endTenant(tenantId: TenantId, reason: string): Promise<number>;
  /** The same, in the unit of what caused it. */
  endTenantWithin(unit: Unit, tenantId: TenantId, reason: string): Promise<number>;
}

export const SYSTEM: Scope = { kind: 'system', job: 'sessions' };

export interface EndingDeps {
  readonly units: Units;
  readonly store: SessionStore;
  readonly users: Pick<UserStore, 'moveEpoch' | 'idsOf'>;
  readonly audit: Audit;
  readonly outbox: Pick<Outbox, 'logout' | 'mail'>;
  /** The applications that a user is in. */
  readonly applications: { of(unit: Unit, userId: UserId): Promise<readonly string[]> };
  readonly clock: Clock;
  readonly digest: Digest;
}

/** What stands for a session where it is revoked. */
export function digestOf(digest: Digest, uid: string): string {
  return digest.of('session-uid', uid);
}

export function createEndings(deps: EndingDeps): Endings {
  const { units, store, users, audit, outbox, clock } = deps;

  const endAll: Endings['endAll'] = async (unit, userId, reason, before) => {
    const epoch = before ?? later(clock.now(), 1);
    const tenantId = await users.moveEpoch(unit, userId, epoch);
    if (tenantId === undefined) return;
    for (const clientId of await deps.applications.of(unit, userId))
      await outbox.logout(unit, { clientId, userId });
    await audit.record(unit, {
      action: 'session.all-ended',
      outcome: 'success',
      actor: endedBy(unit.scope, { userId, tenantId }),
      tenantId,
      resource: { type: 'user', id: userId },
      details: { reason, ...('by' in unit.scope && { after: { validFrom: epoch } }) },
    });
  };

  const endTenantWithin: Endings['endTenantWithin'] = async (unit, tenantId, reason) => {
    const everybody = await users.idsOf(unit, tenantId);
    for (const userId of everybody) await endAll(unit, userId, reason);
    return everybody.length;
  };

  return {
    end: (ended, mail) =>
      units.run(ended.by ?? ownerOf(ended), async (unit) => {
        const uidDigest = digestOf(deps.digest, ended.uid);
        if (!(await store.revoke(unit, revocationOf(ended, uidDigest, clock.now())))) return;
        await tell(outbox, unit, ended);
        if (mail) await outbox.mail(unit, mail);
        await audit.record(unit, endedEvent(ended, uidDigest));
      }),

    endAll,

    endTenant: (tenantId, reason) =>
      units.run(SYSTEM, (unit) => endTenantWithin(unit, tenantId, reason)),

    endTenantWithin,
  };
}

/** What nobody else did inside a tenant, its user did, or somebody who showed that they are. */
function endedBy(scope: Scope, { userId, tenantId }: Whose): Actor {
  return scope.kind === 'tenant' ? { kind: 'user', id: userId, tenantId } : actorOf(scope);
}

function revocationOf({ tenantId, userId, reason }: EndedSession, uidDigest: string, now: Date) {
  return {
    ...{ uidDigest, tenantId, userId, reason },
    revokedAt: now,
    // A sign-in under way may just be renewing it, and ends up to a moment later.
    expiresAt: later(now, ABSOLUTE_LIFETIME + HOUR),
  };
}

async function tell(
  outbox: Pick<Outbox, 'logout'>,
  unit: Unit,
  { userId, uid, clients = [] }: EndedSession,
): Promise<void> {
  for (const clientId of clients) await outbox.logout(unit, { clientId, userId, sid: uid });
}

function endedEvent(
  { tenantId, userId, reason, origin, by }: EndedSession,
  uidDigest: string,
): AuditEvent {
  return {
    action: 'session.ended',
    outcome: 'success',
    ...(!by && { actor: { kind: 'user', id: userId, tenantId } }),
    resource: { type: 'session', id: uidDigest },
    ...(origin && { origin }),
    details: { reason, ...(by && { user: userId, after: { ended: true } }) },
  };
}
