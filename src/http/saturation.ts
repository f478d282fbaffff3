import type { Middleware } from 'koa';
import type { Logger } from '#src/kernel/ports.ts';

/** How busy an instance is. */
interface Load {
  /** How late the event loop is, in milliseconds. */
  readonly delay: number;
  /** How many wait for a connection to the database. */
  readonly waiting: number;
}

/** How busy it may be before it turns requests away. */
export type LoadLimits = Load;

/** What there is too much of, if anything. */
export type Saturation = 'event-loop' | 'database';

export interface SaturationParts {
  readonly delay: () => number;
  readonly waiting: () => number;
  readonly limits: LoadLimits;
  /** Paths that ask neither for time nor for a store, and that others need to go on at all. */
  readonly open: ReadonlySet<string>;
  readonly logger: Logger;
}

const UNAVAILABLE = 503;
const RETRY_AFTER_SECONDS = 2;

/** Which limit the load is beyond. */
export function saturationOf(load: Load, limits: LoadLimits): Saturation | undefined {
  if (load.delay > limits.delay) return 'event-loop';
  if (load.waiting > limits.waiting) return 'database';
  return undefined;
}

/**
 * Answers 503 with Retry-After at once while the instance is busier than it may be: whoever would wait
 * longer than they have patience for is better told so, and those who wait already come through (D18).
 * A burst is told to the log when it begins and when it is over, not with each request.
 */
export function createSaturationGate(parts: SaturationParts): Middleware {
  const { limits, open, logger } = parts;
  let turnedAway = 0;

  function look(): Saturation | undefined {
    const load = { delay: parts.delay(), waiting: parts.waiting() };
    const saturation = saturationOf(load, limits);
    if (saturation && turnedAway === 0) {
      logger.warn({ saturation, ...load }, 'too busy: requests are turned away');
    }
    if (!saturation && turnedAway > 0) {
      logger.info({ turnedAway }, 'requests are served again');
      turnedAway = 0;
    }
    return saturation;
  }

  return async (ctx, next) => {
    if (open.has(ctx.path) || !look()) return next();
    turnedAway += 1;
    ctx.status = UNAVAILABLE;
    ctx.set('Retry-After', String(RETRY_AFTER_SECONDS));
  };
}
