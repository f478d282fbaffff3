import type { Origin } from '#src/features/audit/index.ts';
import type { TenantStore } from '#src/features/tenancy/index.ts';
import { isUuid, type TenantId } from '#src/kernel/ids.ts';
import { createEndings, digestOf, type EndingDeps, type Endings, SYSTEM } from './ending.ts';
import { type SessionFacts, type SessionUser, standing, type Verdict } from './lifetime.ts';
import { suspicionMail } from './mail.ts';
import type { JudgedSession } from './store.ts';
import { type Signal, signalOf } from './suspicion.ts';
import type { Trace, Use } from './trace.ts';

/** A session in the hands of a browser: what it remembers, and how it is used now. */
export interface Seen {
  readonly trace: Trace;
  readonly use: Use;
  readonly origin: Origin;
  /** The applications it is signed in to that want to hear of its end. */
  readonly clients: () => Promise<readonly string[]>;
}

/** A session that somebody else may have got hold of. */
export interface Suspected {
  readonly user: SessionUser;
  readonly uid: string;
  readonly signal: Signal;
  readonly use: Use;
  readonly origin: Origin;
  readonly clients: readonly string[];
}

export interface Sessions extends Endings {
  /**
   * Whether a session may be used now, and whose it is: asked at every load. One `seen` in a browser that
   * shows a signal its tenant watches for is ended here, and its owner is asked whether that was them (P16).
   */
  judge(facts: SessionFacts, seen?: Seen): Promise<Verdict>;
  /** Ends a session for a signal that shows elsewhere, where its tenant watches for it (R7.8). */
  suspect(suspected: Suspected): Promise<void>;
  /** How many sessions a tenant's people may be in at once; `undefined` says any number. */
  limitOf(tenantId: TenantId): Promise<number | undefined>;
  /** Forgets revocations that no session can need any more; called by the timetable. */
  sweep(limit: number): Promise<void>;
}

export interface SessionsDeps extends EndingDeps {
  readonly tenants: Pick<TenantStore, 'find'>;
  /** Where links in mails lead: a bare origin, from configuration (D19). */
  readonly issuer: string;
}

export function createSessions(deps: SessionsDeps): Sessions {
  const { units, store, tenants, clock, digest } = deps;
  const endings = createEndings(deps);
  const look = ({ uid, userId }: SessionFacts) =>
    units.once(SYSTEM, (unit) => store.look(unit, digestOf(digest, uid), userId));
  const tenantOf = (id: TenantId) => units.once(SYSTEM, (unit) => tenants.find(unit, id));

  function endSuspected(suspected: Suspected): Promise<void> {
    const { user, uid, signal, origin, clients } = suspected;
    const owner = { userId: user.id, tenantId: user.tenantId };
    const mail = suspicionMail({ ...suspected, issuer: deps.issuer, owner: user });
    return endings.end({ ...owner, uid, reason: signal, origin, clients }, mail);
  }

  return {
    ...endings,

    async judge(facts, seen) {
      const record = isUuid(facts.userId) ? await look(facts) : undefined;
      const verdict = standing(facts, record, clock.now());
      const signal = verdict.alive ? signalIn(record, seen) : undefined;
      if (!verdict.alive || !seen || !signal) return verdict;
      const clients = await seen.clients();
      await endSuspected({ ...seen, user: verdict.user, uid: facts.uid, signal, clients });
      return { alive: false, reason: 'suspicious' };
    },

    async suspect(suspected) {
      const tenant = await tenantOf(suspected.user.tenantId);
      if (tenant?.sessionWatch.includes(suspected.signal)) await endSuspected(suspected);
    },

    limitOf: async (id) => (await tenantOf(id))?.sessionLimit ?? undefined,

    sweep: (limit) => units.once(SYSTEM, (unit) => store.sweep(unit, clock.now(), limit)),
  };
}

function signalIn(record: JudgedSession | undefined, seen: Seen | undefined): Signal | undefined {
  return record && seen && signalOf(seen.trace, seen.use, record.watched);
}
