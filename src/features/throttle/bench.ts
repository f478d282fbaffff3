import type { AuditEvent } from '#src/features/audit/index.ts';
import { createListeningLogger } from '#src/http/bench.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createLimits } from './gate.ts';
import type { Parts } from './keys.ts';
import type { LimitName, Overrides } from './policies.ts';
import { createThrottle } from './service.ts';
import { createMemoryWindow } from './store.memory.ts';
import type { Bucket, RateWindow } from './store.ts';

const ids = createIds();

/** A name that nothing else has. */
export const fresh = () => ids.secret(9);

export function aBucket(over: Partial<Bucket> = {}): Bucket {
  return { key: fresh(), window: 60_000, limit: 3, base: 1000, ...over };
}

/** The room on windows in memory, with an audit log and a logger that keep what they are told. */
export function createBench(overrides: Overrides = {}) {
  const clock = createTestClock();
  const memory = createMemoryWindow();
  const store = { isAway: false, asked: 0 };
  const window: RateWindow = {
    ...memory,
    async take(...args) {
      store.asked += 1;
      if (store.isAway) throw new Unavailable('Away.');
      return memory.take(...args);
    },
  };
  const entries: AuditEvent[] = [];
  const audit = { recordAlone: async (event: AuditEvent) => void entries.push(event) };
  const logger = createListeningLogger();
  const digest = createDigest(Buffer.alloc(32, 3));
  const throttle = createThrottle({ window, audit, digest, clock, logger, overrides });
  /** Whether a request passes. */
  const passes = async (name: LimitName, parts: Parts) =>
    (await throttle.take(name, parts, {})).retryAt === undefined;
  return {
    ...{ clock, store, states: memory.states, entries, lines: logger.lines, throttle, passes },
    limits: createLimits({ throttle, clock }),
  };
}

/** Of those instants, the most that lie in any stretch of time as long as `window`. */
export function mostWithin(instants: readonly number[], window: number): number {
  const counts = instants.map(
    (start) => instants.filter((at) => at >= start && at < start + window).length,
  );
  return Math.max(0, ...counts);
}
