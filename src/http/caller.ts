import type { Context } from 'koa';
import { requestIdOf } from './request-id.ts';

/** Where a request came from, as audit entries keep it. */
export interface Caller {
  readonly address?: string;
  readonly userAgent?: string;
  readonly requestId: string;
}

const LONGEST_USER_AGENT = 256;

/** The believed address (`proxy.ts`), what the browser calls itself, and the request's reference. */
export function callerOf(ctx: Context): Caller {
  const userAgent = ctx
    .get('User-Agent')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, LONGEST_USER_AGENT);
  return {
    ...(ctx.ip && { address: ctx.ip }),
    ...(userAgent && { userAgent }),
    requestId: requestIdOf(ctx),
  };
}
