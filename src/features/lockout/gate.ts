import type { Context } from 'koa';
import type { Cookies } from '#src/http/cookies.ts';
import { DAY, SECOND } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';

/**
 * What a browser is known by once somebody has signed in with it: 256 random bits, which say nothing and prove
 * nothing but that it is the same browser (ADR 0009).
 */
export interface DeviceCookie {
  read(ctx: Context): string | undefined;
  /** The browser's own, made when absent; written anew each time, so that it lasts while it is used. */
  keep(ctx: Context): string;
}

interface DeviceCookieDeps {
  readonly cookies: Pick<Cookies, 'read' | 'write'>;
  readonly ids: Pick<Ids, 'secret'>;
}

const COOKIE = 'device';
const SECRET = /^[\w-]{43}$/;

/** As long as browsers keep any cookie (RFC 6265bis §5.5). */
const LIFE = 400 * DAY;

export function createDeviceCookie({ cookies, ids }: DeviceCookieDeps): DeviceCookie {
  const read = (ctx: Context) => {
    const device = cookies.read(ctx, COOKIE);
    return device !== undefined && SECRET.test(device) ? device : undefined;
  };
  return {
    read,
    keep(ctx) {
      const device = read(ctx) ?? ids.secret();
      cookies.write(ctx, COOKIE, device, LIFE / SECOND);
      return device;
    },
  };
}
