import type { Context, Middleware } from 'koa';
import { callerOf } from '#src/http/caller.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { TooMany } from '#src/kernel/faults.ts';
import { headersOf, secondsUntil } from './headers.ts';
import type { LimitName, PolicyName, Said } from './policies.ts';
import type { Throttle } from './service.ts';
import type { Standing } from './window.ts';

export interface Limits {
  /**
   * Holds a route to a limit: `limit('registration')`; `limit('reset', (ctx) => ({ account }))`. Every answer then
   * says how much is left (R8.5), and what is beyond it is `TooMany` (P42).
   */
  limit<Name extends LimitName>(name: Name, ...told: Teller<Name>): Middleware;
  /**
   * The same inside a handler: behind the check that a form is ours, so that no other site can use up anybody's
   * share. The policies named in `without` are left out.
   */
  spend<Name extends LimitName>(
    ctx: Context,
    name: Name,
    said: Said<Name>,
    without?: readonly PolicyName[],
  ): Promise<void>;
}

/** Who tells what a limit must know; of one that needs the address only, nobody. */
type Teller<Name extends LimitName> = keyof Said<Name> extends never
  ? []
  : [say: (ctx: Context) => Said<Name> | Promise<Said<Name>>];

interface LimitsDeps {
  readonly throttle: Pick<Throttle, 'take'>;
  readonly clock: Clock;
}

/** The gates of a server. The address is the one that `createProxyTrust` believes. */
export function createLimits({ throttle, clock }: LimitsDeps): Limits {
  const told = new WeakMap<Context, readonly Standing[]>();

  async function spend(
    ctx: Context,
    name: LimitName,
    said: object,
    without?: readonly PolicyName[],
  ): Promise<void> {
    const parts = { ...said, address: ctx.ip };
    const { standings, retryAt } = await throttle.take(name, parts, callerOf(ctx), without);
    const all = [...(told.get(ctx) ?? []), ...standings];
    told.set(ctx, all);
    const now = clock.now();
    ctx.set(headersOf(all, now));
    if (retryAt) throw new TooMany(Math.max(1, secondsUntil(retryAt, now)));
  }

  return {
    spend,
    limit:
      (name, ...[say]) =>
      async (ctx, next) => {
        await spend(ctx, name, say ? await say(ctx) : {});
        await next();
      },
  };
}

/** The client that a request says it is of by HTTP Basic (RFC 6749 §2.3.1), for the `token` limit; empty where it says none. */
export function claimedClient(ctx: Context): { readonly client: string } {
  const [, encoded = ''] = /^basic +([a-z0-9+/=_-]+)$/i.exec(ctx.get('Authorization')) ?? [];
  const [client = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1);
  try {
    // As it is read where it is proved, so that no way to encode a name has a share of its own.
    return { client: decodeURIComponent(client.replaceAll('+', ' ')) };
  } catch {
    // No name at all: it proves nothing, and counts with all that say none.
    return { client: '' };
  }
}
