import { type Audit, type EventFeed, SERVER_CHAIN } from '#src/features/audit/index.ts';
import { type Clock, later, SECOND } from '#src/kernel/clock.ts';
import type { Logger, Sealer } from '#src/kernel/ports.ts';
import type { Answered, Poster } from '#src/kernel/poster.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { type Fate, fateOf, LEASE } from './delivery.ts';
import { messageOf, type SignEvent } from './message.ts';
import { wants } from './policy.ts';
import { SCOPE } from './scope.ts';
import { secretsOf } from './secrets.ts';
import type { DueWebhook, Held, WebhookStore } from './store.ts';

export interface Courier extends AsyncDisposable {
  /**
   * Begins to serve receivers for whom something waits, and says how many; called by the timetable. It waits
   * for none of them, so that a slow one holds up no other.
   */
  begin(): Promise<number>;
  /** Waits for those that are being served. */
  idle(): Promise<void>;
  /** Ends after the event that is under way for each. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface CourierDeps {
  readonly units: Units;
  readonly store: WebhookStore;
  readonly feed: EventFeed;
  readonly audit: Pick<Audit, 'record'>;
  readonly poster: Pick<Poster, 'post'>;
  readonly sign: SignEvent;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In place of the usual; only a test has reason for others. */
  readonly limits?: CourierLimits;
}

export interface CourierLimits {
  /** How many receivers are served at once. */
  readonly atOnce: number;
  /** How many entries are fetched for one of them. */
  readonly batch: number;
}

const LIMITS: CourierLimits = { atOnce: 16, batch: 200 };

/** How long one receiver is served before it is another's turn. */
const SPELL = 10 * SECOND;

const PAGE = 500;

/**
 * Sends events to receivers, each in the order of its tenant's chain, at least once (R33, ADR 0049).
 *
 * A receiver is held by a lease while it is served. An event is sent with no unit open, and recorded in one of
 * its own before the next is sent: whoever dies in between leaves one event that is sent again, under the
 * same id. What is not taken holds up all that comes after it, and is sent again after a growing wait.
 */
export function createCourier(deps: CourierDeps): Courier {
  const { units, store, feed, clock, logger, limits = LIMITS } = deps;
  const underWay = new Map<string, Promise<void>>();
  const stop = { asked: false };
  const serve = createServing(deps, stop);

  /** The longest due first, so that each has its turn. */
  async function waiting(unit: Unit, room: number): Promise<readonly DueWebhook[]> {
    const found: DueWebhook[] = [];
    const now = clock.now();
    let after: DueWebhook | undefined;
    do {
      const page = await store.due(unit, { now, after, limit: PAGE });
      const idle = page.filter(({ id }) => !underWay.has(id));
      const waits = idle.length > 0 ? await feed.waiting(unit, idle.map(placeOf)) : [];
      found.push(...idle.filter((_, index) => waits[index]));
      after = page.length === PAGE ? page.at(-1) : undefined;
    } while (after && found.length < room);
    return found.slice(0, room);
  }

  return {
    async begin() {
      const room = limits.atOnce - underWay.size;
      if (room <= 0 || stop.asked) return 0;
      const found = await units.run(SCOPE, (unit) => waiting(unit, room));
      for (const { id } of found) {
        const served = serve(id)
          .catch((err: unknown) => logger.error({ err, webhook: id }, 'a webhook was not served'))
          .finally(() => underWay.delete(id));
        underWay.set(id, served);
      }
      return found.length;
    },

    async idle() {
      await Promise.all(underWay.values());
    },

    async [Symbol.asyncDispose]() {
      stop.asked = true;
      await Promise.all(underWay.values());
    },
  };
}

/** One receiver's turn. */
function createServing(deps: CourierDeps, stop: { readonly asked: boolean }) {
  const { units, store, feed, audit, poster, sealer, clock, limits = LIMITS } = deps;

  async function fail(held: Held, fate: Fate & { readonly taken: false }): Promise<void> {
    await units.run(SCOPE, async (unit) => {
      const recorded = await store.settle(unit, held, fate, clock.now());
      if (recorded && fate.state !== held.state) await audit.record(unit, eventOf(held, fate));
    });
  }

  const advance = (held: Held, step: { position: number; taken: boolean; isLast: boolean }) => {
    const now = clock.now();
    const dueAt = step.isLast ? now : later(now, LEASE);
    return units.once(SCOPE, (unit) => store.advance(unit, held, { ...step, now, dueAt }));
  };

  return async (id: string): Promise<void> => {
    const begun = clock.now();
    const lease = later(begun, LEASE);
    let held = await units.once(SCOPE, (unit) => store.claim(unit, id, { now: begun, lease }));
    if (!held) return;
    const { position } = held;
    const chain = chainOf(held);
    const entries = await units.once(SCOPE, (unit) =>
      feed.after(unit, chain, position, limits.batch),
    );
    const end = entries.at(-1)?.position ?? position;
    const asked = entries.filter(({ entry }) => held && wants(held, entry));
    for (const placed of asked) {
      const now = clock.now();
      const { url } = held;
      const secrets = secretsOf(sealer, held, now);
      const answered: Answered = await poster.post(
        messageOf(placed.entry, { url, secrets, now }, deps.sign),
      );
      const fate = fateOf(held, answered, clock.now());
      if (!fate.taken) return fail({ ...held, position: placed.position - 1 }, fate);
      const isDone = placed === asked.at(-1);
      const isLast = isDone || stop.asked || clock.now() >= later(begun, SPELL);
      held = await advance(held, {
        ...{ position: isDone ? end : placed.position, taken: true, isLast },
      });
      if (!held || isLast) return;
    }
    await advance(held, { position: end, taken: false, isLast: true });
  };
}

function chainOf({ tenantId }: Pick<DueWebhook, 'tenantId'>): string {
  return tenantId ?? SERVER_CHAIN;
}

function placeOf(webhook: DueWebhook) {
  return { chain: chainOf(webhook), position: webhook.position };
}

function eventOf(held: Held, { state, failingSince, lastError }: Fate & { readonly taken: false }) {
  return {
    action: state === 'paused' ? 'webhook.stopped' : 'webhook.failing',
    outcome: 'success',
    ...(held.tenantId !== undefined && { tenantId: held.tenantId }),
    resource: { type: 'webhook', id: held.id },
    details: { failingSince: failingSince.toISOString(), lastError },
  } as const;
}
