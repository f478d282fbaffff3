import { fromEpochMilliseconds, later } from '#src/kernel/clock.ts';
import type { Policy } from './policies.ts';
import type { Fill } from './store.ts';

/** A bucket's fill as both scripts answer it, in milliseconds since the epoch; 0 stands for none. */
export type Answer = readonly [
  passed: number,
  oldest: number,
  closedUntil: number,
  violation: number,
];

export function readFill([passed, oldest, closedUntil, violation]: Answer, now: Date): Fill {
  return {
    passed,
    ...(oldest > 0 && { oldest: fromEpochMilliseconds(oldest) }),
    ...(closedUntil > now.getTime() && { closedUntil: fromEpochMilliseconds(closedUntil) }),
    violation,
  };
}

/** What whoever asked is told of one limit they are held to. */
export interface Standing {
  readonly policy: Pick<Policy, 'name' | 'limit' | 'window'>;
  /** How many more would pass now. */
  readonly remaining: number;
  /** `remaining` does not rise before this instant (P43). */
  readonly resetAt: Date;
  /** When the next would pass, where none does now because of this limit. */
  readonly retryAt?: Date;
}

/**
 * The standing that follows from a fill. Whoever waits as long as told passes: a closed bucket that opens while
 * its window is still full is not open yet.
 */
export function standingOf(policy: Standing['policy'], fill: Fill, now: Date): Standing {
  const { passed, oldest = now, closedUntil } = fill;
  const leavesAt = passed > 0 ? later(oldest, policy.window) : now;
  if (!closedUntil) {
    return { policy, remaining: Math.max(0, policy.limit - passed), resetAt: leavesAt };
  }
  const roomAt = passed >= policy.limit ? leavesAt : now;
  const retryAt = roomAt > closedUntil ? roomAt : closedUntil;
  return { policy, remaining: 0, resetAt: retryAt, retryAt };
}
