import { epochSeconds, SECOND } from '#src/kernel/clock.ts';
import type { Standing } from './window.ts';

/**
 * What a response says of every limit it was held to (R8.5): the fields of draft-ietf-httpapi-ratelimit-headers,
 * and for older programs the tightest alone, with its reset in seconds since the epoch. Seconds are rounded up, so
 * that what is promised for then is there.
 */
export function headersOf(standings: readonly Standing[], now: Date): Record<string, string> {
  const [tightest] = standings.toSorted(byTightness);
  if (!tightest) return {};
  const reset = epochSeconds(now) + secondsUntil(tightest.resetAt, now);
  return {
    'RateLimit-Policy': standings
      .map(({ policy }) => `"${policy.name}";q=${policy.limit};w=${policy.window / SECOND}`)
      .join(', '),
    RateLimit: standings
      .map((one) => `"${one.policy.name}";r=${one.remaining};t=${secondsUntil(one.resetAt, now)}`)
      .join(', '),
    'X-RateLimit-Limit': String(tightest.policy.limit),
    'X-RateLimit-Remaining': String(tightest.remaining),
    'X-RateLimit-Reset': String(reset),
  };
}

/** Whole seconds from one instant to the other, and none where it has passed. */
export function secondsUntil(instant: Date, now: Date): number {
  return Math.max(0, Math.ceil((instant.getTime() - now.getTime()) / SECOND));
}

/** The fewest left first; of those alike, the one that stays so for longest. */
function byTightness(one: Standing, other: Standing): number {
  return one.remaining - other.remaining || other.resetAt.getTime() - one.resetAt.getTime();
}
