import {
  type Audit,
  chainOf,
  type EventFeed,
  type PlacedEntry,
} from '#src/features/audit/index.ts';
import { type Clock, later, SECOND } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { SCOPE } from './scope.ts';

export interface EventStream {
  /**
   * Entries of the scope's chain after a position, in its order; where there are none, it waits as long as
   * the page says for some. Throws `Unavailable` where too many wait already.
   *
   * That they were read is an entry itself (R9.3, P48). What consists of nothing but such entries is read
   * without another: who follows the log would follow themselves for ever.
   */
  take(scope: AdminScope, page: StreamPage): Promise<readonly PlacedEntry[]>;
  /** Wakes those for whom there is something by now, or who have waited long enough; called by the timetable. */
  beat(): Promise<void>;
}

export interface StreamPage {
  readonly after: number;
  readonly limit: number;
  /** In milliseconds, `LONGEST_WAIT` at most. */
  readonly wait: number;
}

export interface EventStreamDeps {
  readonly units: Units;
  readonly feed: EventFeed;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  /** Whether the process was asked to stop: then nobody waits any more. */
  readonly lifecycle: { readonly stopping: boolean };
  /** How many may wait at once; only a test has reason for another number. */
  readonly most?: number;
}

/** How long a request may wait: less than proxies do. */
export const LONGEST_WAIT = 25 * SECOND;

const MOST = 100;

interface Waiting {
  readonly chain: string;
  readonly position: number;
  readonly until: Date;
  wake(): void;
}

export function createEventStream(deps: EventStreamDeps): EventStream {
  const { units, feed, audit, clock, lifecycle, most = MOST } = deps;
  const waiting = new Set<Waiting>();

  async function read(unit: Unit, { after, limit }: StreamPage): Promise<readonly PlacedEntry[]> {
    const found = await feed.after(unit, chainOf(unit.scope), after, limit);
    if (found.every(({ entry }) => entry.action === 'audit.streamed')) return found;
    await audit.record(unit, {
      action: 'audit.streamed',
      outcome: 'success',
      details: { after, count: found.length, upTo: found.at(-1)?.position },
    });
    return found;
  }

  async function waitFor(chain: string, { after, wait }: StreamPage): Promise<void> {
    if (waiting.size >= most) throw new Unavailable('Too many wait for events already.');
    const { promise, resolve } = Promise.withResolvers<void>();
    const place = { chain, position: after, until: later(clock.now(), wait), wake: resolve };
    waiting.add(place);
    await promise;
  }

  function wake(places: readonly Waiting[]): void {
    for (const place of places) {
      waiting.delete(place);
      place.wake();
    }
  }

  return {
    async take(scope, page) {
      const found = await units.run(scope, (unit) => read(unit, page));
      if (found.length > 0 || page.wait === 0 || lifecycle.stopping) return found;
      await waitFor(chainOf(scope), page);
      return units.run(scope, (unit) => read(unit, page));
    },

    async beat() {
      const now = clock.now();
      wake([...waiting].filter(({ until }) => lifecycle.stopping || until <= now));
      const places = [...waiting];
      if (places.length === 0) return;
      const some = await units.once(SCOPE, (unit) => feed.waiting(unit, places));
      wake(places.filter((_, index) => some[index]));
    },
  };
}
