import type { Audit } from '#src/features/audit/index.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import type { Mailer, Receipt } from '#src/kernel/mail.ts';
import type { Sealer } from '#src/kernel/ports.ts';
import type { Units } from '#src/kernel/unit.ts';
import { openLetter, openNotice } from './content.ts';
import { deathBefore, type Fate, fateOf, LEASE } from './delivery.ts';
import type { LogoutCourier, Outbox } from './outbox.ts';
import { SCOPE } from './scope.ts';
import type { ClaimedMessage, Kind, OutboxStore } from './store.ts';

export interface RoundsDeps {
  readonly units: Units;
  readonly store: OutboxStore;
  readonly audit: Audit;
  readonly mailer: Mailer;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** The address every mail comes from. */
  readonly from: string;
}

const AT_ONCE = 4;
const A_ROUND = 200;

/**
 * One round of deliveries: a few at once, each claimed in one unit, sent with none open, and recorded in
 * another. Who dies in between leaves a lease that runs out; only between the mail server's yes and its
 * record can a mail go out again, under the same Message-ID (ADR 0014).
 *
 * A line of deliveries ends at the first mail that could not go out for now: the server is likely away,
 * and the next round asks again. Answers with how many were tried.
 */
export function createRound(deps: RoundsDeps): Outbox['deliver'] {
  const { units, store, audit, clock } = deps;

  return async (courier) => {
    const kinds: readonly Kind[] = courier ? ['mail', 'logout'] : ['mail'];
    let tried = 0;
    const line = async () => {
      while (tried < A_ROUND) {
        const message = await claim(kinds);
        if (message === undefined) return;
        tried += 1;
        const fate = await attempt(message, courier);
        // One application that is away says nothing of the others.
        if (fate.state === 'waiting' && message.kind === 'mail') return;
      }
    };
    const lines = await Promise.allSettled(Array.from({ length: AT_ONCE }, line));
    for (const ended of lines) if (ended.status === 'rejected') throw ended.reason;
    return tried;
  };

  function claim(kinds: readonly Kind[]): Promise<ClaimedMessage | undefined> {
    const now = clock.now();
    const due = { kinds, now, leaseEnd: later(now, LEASE) };
    return units.once(SCOPE, (unit) => store.claim(unit, due));
  }

  async function attempt(message: ClaimedMessage, courier?: LogoutCourier): Promise<Fate> {
    const fate =
      deathBefore(message, clock.now()) ??
      fateOf(message, await send(deps, message, courier), clock.now());
    await units.run(SCOPE, async (unit) => {
      const recorded = await store.settle(unit, message, fate, clock.now());
      if (recorded && fate.state === 'dead') await audit.record(unit, outboxDied(message, fate));
    });
    return fate;
  }
}

function send(
  { mailer, sealer, from }: RoundsDeps,
  { kind, id, contentSealed, createdAt: date }: ClaimedMessage,
  courier?: LogoutCourier,
): Promise<Receipt> {
  if (kind === 'mail') {
    const { sender: name, ...letter } = openLetter(sealer, id, contentSealed);
    return mailer.send({ ...letter, date, from: { name, address: from } });
  }
  if (!courier) throw new TypeError('The end of a session was taken up, and nobody can tell of it');
  return courier.tell(openNotice(sealer, id, contentSealed));
}

function outboxDied(message: ClaimedMessage, { cause, reason }: Fate & { readonly state: 'dead' }) {
  const { id, kind, tenantId, topic, attempts } = message;
  return {
    action: 'outbox.died',
    outcome: cause,
    actor: { kind: 'system', id: SCOPE.job },
    ...(tenantId && { tenantId }),
    resource: { type: kind, id },
    details: { topic, attempts, reason },
  } as const;
}
