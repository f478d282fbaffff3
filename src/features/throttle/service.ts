import type { Audit, Origin } from '#src/features/audit/index.ts';
import { type Clock, later, SECOND } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Digest, Logger } from '#src/kernel/ports.ts';
import { throttleExceeded } from './events.ts';
import { keyOf, type Parts } from './keys.ts';
import {
  type LimitName,
  limitsWith,
  type Overrides,
  type Policy,
  type PolicyName,
} from './policies.ts';
import type { Fill, RateWindow } from './store.ts';
import { type Standing, standingOf } from './window.ts';

export interface Throttle {
  /**
   * Judges one request by a limit, and counts it where it passes (P40, P41). Whether there is such an account or
   * client is never asked, so the answer cannot tell (security case 92).
   *
   * Throws `Unavailable` while the store is away, but of a limit that stays open then: that one says nothing, and
   * asks again a second later. The policies named in `without` are left out.
   */
  take(
    name: LimitName,
    parts: Parts,
    origin: Origin,
    without?: readonly PolicyName[],
  ): Promise<Verdict>;
  /** Forgets what counts no longer; called by the timetable. */
  sweep(limit: number): Promise<void>;
}

export interface Verdict {
  readonly standings: readonly Standing[];
  /** When it would pass, where it does not. */
  readonly retryAt?: Date;
}

export interface ThrottleDeps {
  readonly window: RateWindow;
  readonly audit: Pick<Audit, 'recordAlone'>;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly overrides?: Overrides;
}

const UNCOUNTED: Verdict = { standings: [] };

export function createThrottle(deps: ThrottleDeps): Throttle {
  const { window, digest, clock } = deps;
  const limits = limitsWith(deps.overrides ?? {});
  const count = createCounter(deps);

  return {
    async take(name, parts, origin, without = []) {
      const { away } = limits[name];
      const policies = limits[name].policies.filter((policy) => !isNamed(policy, without));
      const now = clock.now();
      const buckets = policies.map((policy) => ({ ...policy, key: keyOf(digest, policy, parts) }));
      const fills = await count[away](() => window.take(slotOf(name, buckets), buckets, now));
      if (!fills) return UNCOUNTED;
      const judged = policies.map((policy, at) => ({ policy, fill: fillAt(fills, at) }));
      await Promise.all(judged.map(({ policy, fill }) => report(deps, policy, fill, origin)));
      return verdictOf(judged.map(({ policy, fill }) => standingOf(policy, fill, now)));
    },
    sweep: (limit) => window.sweep(clock.now(), limit),
  };
}

function isNamed({ name }: Policy, names: readonly string[]): boolean {
  return names.includes(name);
}

/** A limit of one policy is spread over a cluster; what is judged together has to lie together. */
function slotOf(name: LimitName, [first, ...others]: readonly { readonly key: string }[]): string {
  return first && others.length === 0 ? first.key : name;
}

function fillAt(fills: readonly Fill[], at: number): Fill {
  const fill = fills[at];
  if (!fill) throw new TypeError('A store left a bucket out');
  return fill;
}

function verdictOf(standings: readonly Standing[]): Verdict {
  const retries = standings.flatMap(({ retryAt }) => retryAt ?? []);
  const last = retries.toSorted((one, other) => one.getTime() - other.getTime()).at(-1);
  return { standings, ...(last && { retryAt: last }) };
}

/** Every violation is logged; the first of a burst is an entry too, so that a flood leaves one and not thousands (P45). */
async function report(
  { audit, logger }: ThrottleDeps,
  policy: Policy,
  { violation }: Fill,
  origin: Origin,
): Promise<void> {
  if (violation === 0) return;
  logger.warn({ policy: policy.name, violation }, 'a limit was exceeded');
  if (violation === 1) await audit.recordAlone(throttleExceeded(policy, origin));
}

type Count = () => Promise<readonly Fill[]>;

/** For how long a limit that stays open does not ask a store that did not answer. */
const REST = SECOND;

/** Counts, or says that it could not, each in its way. */
function createCounter({ clock, logger }: ThrottleDeps) {
  let restsUntil = clock.now();

  return {
    closed: async (count: Count): Promise<readonly Fill[]> => count(),
    open: async (count: Count): Promise<readonly Fill[] | undefined> => {
      if (restsUntil > clock.now()) return undefined;
      try {
        return await count();
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        restsUntil = later(clock.now(), REST);
        logger.warn({ err: error }, 'requests go uncounted: the store does not answer');
        return undefined;
      }
    },
  };
}
