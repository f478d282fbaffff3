import type { Context, Middleware } from 'koa';
import type { Clock } from '#src/kernel/clock.ts';
import type { Logger } from '#src/kernel/ports.ts';

/** Logs one line for each request: method, route, status and milliseconds, whatever its ending. */
export function createAccessLog({ logger, clock }: { logger: Logger; clock: Clock }): Middleware {
  return async (ctx, next) => {
    const began = clock.now().getTime();
    try {
      await next();
    } finally {
      const ms = clock.now().getTime() - began;
      logger.info({ method: ctx.method, path: routeOf(ctx), status: ctx.status, ms }, 'request');
    }
  };
}

const LONGEST_PATH = 128;

/**
 * The route's pattern, or else the path with everything that may be an id or a token left out.
 * Queries never appear, nor do the uids of interactions: both open doors.
 */
export function routeOf(ctx: Pick<Context, 'path'>): string {
  const matched: unknown = Reflect.get(ctx, '_matchedRoute');
  return typeof matched === 'string' ? matched : maskPath(ctx.path);
}

function maskPath(path: string): string {
  const masked = path.split('/').map((segment) => (isWord(segment) ? segment : ':id'));
  return masked.join('/').slice(0, LONGEST_PATH);
}

/** `openid-configuration` and `robots.txt` are words; a random id of any use has a digit or a capital. */
function isWord(segment: string): boolean {
  return /^[a-z.-]{0,32}$/.test(segment);
}
