import type { Audit } from '#src/features/audit/index.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import type { Mailer, Receipt } from '#src/kernel/mail.ts';
import type { Sealer } from '#src/kernel/ports.ts';
import type { Units } from '#src/kernel/unit.ts';
import { openContent } from './content.ts';
import { deathBefore, type Fate, fateOf, LEASE } from './delivery.ts';
import { SCOPE } from './scope.ts';
import type { ClaimedMail, OutboxStore } from './store.ts';

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
export function createRound(deps: RoundsDeps): () => Promise<number> {
  const { units, store, audit, clock } = deps;

  return async () => {
    let tried = 0;
    const line = async () => {
      while (tried < A_ROUND) {
        const mail = await claim();
        if (mail === undefined) return;
        tried += 1;
        const fate = await attempt(mail);
        if (fate.state === 'waiting') return;
      }
    };
    const lines = await Promise.allSettled(Array.from({ length: AT_ONCE }, line));
    for (const ended of lines) if (ended.status === 'rejected') throw ended.reason;
    return tried;
  };

  function claim(): Promise<ClaimedMail | undefined> {
    const now = clock.now();
    return units.once(SCOPE, (unit) => store.claim(unit, now, later(now, LEASE)));
  }

  async function attempt(mail: ClaimedMail): Promise<Fate> {
    const fate =
      deathBefore(mail, clock.now()) ?? fateOf(mail, await send(deps, mail), clock.now());
    await units.run(SCOPE, async (unit) => {
      const recorded = await store.settle(unit, mail, fate, clock.now());
      if (recorded && fate.state === 'dead') await audit.record(unit, outboxDied(mail, fate));
    });
    return fate;
  }
}

function send({ mailer, sealer, from }: RoundsDeps, mail: ClaimedMail): Promise<Receipt> {
  const { sender, ...content } = openContent(sealer, mail.id, mail.contentSealed);
  return mailer.send({ ...content, date: mail.createdAt, from: { name: sender, address: from } });
}

function outboxDied(mail: ClaimedMail, { cause, reason }: Fate & { readonly state: 'dead' }) {
  const { id, tenantId, topic, attempts } = mail;
  return {
    action: 'outbox.died',
    outcome: cause,
    actor: { kind: 'system', id: SCOPE.job },
    ...(tenantId && { tenantId }),
    resource: { type: 'mail', id },
    details: { topic, attempts, reason },
  } as const;
}
