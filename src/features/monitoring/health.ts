import { SECOND } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import type { Reachability } from './store.ts';

/** Where an instance is in its life. */
export interface Lifecycle {
  /** Whether it was asked to stop: from then on nothing new should be sent to it. */
  readonly stopping: boolean;
}

/** How the process does. Sizes are bytes. */
export interface Figures {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly heapTotal: number;
  /** How late the event loop was, 99 times of 100 at most, within the last second. */
  readonly eventLoopDelayP99Ms: number;
}

/** Whether one part answered, and how long that took. */
export interface Check {
  readonly status: 'ok' | 'failing';
  readonly ms: number;
}

export interface Readiness {
  readonly status: 'ok' | 'failing' | 'stopping';
  readonly checks: {
    readonly postgres: Check;
    readonly store: Check;
    /** Whether tenants are kept apart (R32). */
    readonly isolation: Check;
  };
}

export interface Health {
  live(): Figures;
  ready(): Promise<Readiness>;
}

export interface HealthDeps {
  readonly units: Pick<Units, 'once'>;
  readonly reachability: Reachability;
  /** Where sessions are kept; says in milliseconds how long it took to answer. */
  readonly store: { ping(): Promise<number> };
  /** Throws where tenants are not kept apart. */
  readonly isolation: { ask(): Promise<void> };
  readonly lifecycle: Lifecycle;
  readonly figures: () => Figures;
  readonly logger: Logger;
  /** In place of a second, which a check takes at most. */
  readonly patienceMs?: number;
}

const scope: Scope = { kind: 'system', job: 'health' };

export function createHealth(deps: HealthDeps): Health {
  const { units, store, isolation, lifecycle, reachability } = deps;
  const postgres = createCheck('postgres', deps, () =>
    units.once(scope, (unit) => reachability.ask(unit)),
  );
  const ephemeral = createCheck('store', deps, () => store.ping());
  const apart = createCheck('isolation', deps, () => isolation.ask());
  return {
    live: deps.figures,
    async ready() {
      const [first, second, third] = await Promise.all([postgres(), ephemeral(), apart()]);
      const isWell = [first, second, third].every(({ status }) => status === 'ok');
      return {
        // Asked last: a check may have outlasted the word to stop.
        status: lifecycle.stopping ? 'stopping' : isWell ? 'ok' : 'failing',
        checks: { postgres: first, store: second, isolation: third },
      };
    },
  };
}

type CheckDeps = Pick<HealthDeps, 'logger' | 'patienceMs'>;

/**
 * Asks once for all who wait at the time: the route is open to everybody, and must not be a way to keep
 * the stores busy. Why a part fails is told to the log, and once: a probe comes round every few seconds.
 */
function createCheck(
  name: string,
  { logger, patienceMs = SECOND }: CheckDeps,
  ask: () => Promise<unknown>,
): () => Promise<Check> {
  let underWay: Promise<Check> | undefined;
  let failed = false;

  async function check(): Promise<Check> {
    const began = performance.now();
    const problem = await problemOf(within(patienceMs, ask));
    const ms = Math.round((performance.now() - began) * 10) / 10;
    if (problem !== undefined && !failed) {
      logger.warn({ check: name, err: problem }, 'a part that requests need is not well');
    }
    if (problem === undefined && failed) logger.info({ check: name }, 'the part is well again');
    failed = problem !== undefined;
    return { status: failed ? 'failing' : 'ok', ms };
  }

  return () => {
    underWay ??= check().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

/** What it failed with, if it did. */
async function problemOf(asked: Promise<unknown>): Promise<unknown> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    return error;
  }
}

async function within(milliseconds: number, ask: () => Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Unavailable(`No answer within ${milliseconds} ms.`)),
    milliseconds,
  );
  try {
    await Promise.race([ask(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
