import type { Context } from 'koa';
import type { Cookies } from '#src/http/cookies.ts';
import { SECOND } from '#src/kernel/clock.ts';
import { LIFETIME } from './policy.ts';
import type { Wait } from './verification.ts';
import type { Waits } from './waits.ts';

/** The browser's side of a wait: a cookie that names it, and says nothing else. */
export interface WaitCookie {
  /** From now on this browser waits; what it waited for before is forgotten. */
  start(ctx: Context, wait: Wait): Promise<void>;
  read(ctx: Context): Promise<Wait | undefined>;
}

interface WaitCookieDeps {
  readonly cookies: Cookies;
  readonly waits: Waits;
}

const COOKIE = 'verification';
const HANDLE = /^[\w-]{43}$/;

export function createWaitCookie({ cookies, waits }: WaitCookieDeps): WaitCookie {
  return {
    async start(ctx, wait) {
      cookies.write(ctx, COOKIE, await waits.begin(wait), LIFETIME / SECOND);
    },
    async read(ctx) {
      const handle = cookies.read(ctx, COOKIE) ?? '';
      return HANDLE.test(handle) ? waits.find(handle) : undefined;
    },
  };
}
