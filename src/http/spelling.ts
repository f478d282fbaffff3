import type { Middleware } from 'koa';
import { NotFound } from '#src/kernel/faults.ts';

/** A capital in a word. Tokens and names of interactions are longer than any word of ours, or hold more than letters. */
const SHOUTED = /\/(?=[^/]*[A-Z])[A-Za-z._-]{1,32}(?=\/|$)/;
const EMPTY_SEGMENT = /\/(?:\/|$)/;

/**
 * Knows each path in one spelling. Routers take `/TOKEN` and `/token/` for `/token`; what counts or checks
 * requests by their path behind it would not (security case 151).
 */
export const oneSpelling: Middleware = async (ctx, next) => {
  const isMisspelt = SHOUTED.test(ctx.path) || EMPTY_SEGMENT.test(ctx.path);
  if (isMisspelt && ctx.path !== '/') throw new NotFound('There is no such page.');
  await next();
};
