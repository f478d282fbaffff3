import type { Context } from 'koa';
import { SECOND } from '#src/kernel/clock.ts';
import type { Cookies } from './cookies.ts';
import { hop } from './hop.ts';
import type { ShowPage } from './page.ts';

/** Where a mailed link leads, and how long its browser may be at it. */
interface Landing {
  /** The cookie that holds the token. */
  readonly cookie: string;
  /** The page, whose address says nothing. */
  readonly page: string;
  readonly milliseconds: number;
}

interface MailedLinkDeps {
  readonly cookies: Cookies;
  readonly page: ShowPage;
}

/**
 * Takes the token of a mailed link out of the address before there is anything to click (R14.4, security
 * case 121): into a cookie, and on to a page whose address says nothing. Nothing is spent by it, whoever
 * opens the link.
 */
export interface MailedLink {
  /** At the link's own address, whose last part is `:token`. */
  arrive(ctx: Context & { readonly params: Readonly<Record<string, string>> }): void;
  /** What the browser's cookie holds. */
  read(ctx: Context): string | undefined;
  forget(ctx: Context): void;
}

const TOKEN = /^[\w-]{43}$/;
/** No link's token. */
const BROKEN = 'broken';

export function createMailedLink({ cookies, page }: MailedLinkDeps, landing: Landing): MailedLink {
  return {
    arrive(ctx) {
      const { token = '' } = ctx.params;
      // A broken link must not open what an older one was for.
      const kept = TOKEN.test(token) ? token : BROKEN;
      cookies.write(ctx, landing.cookie, kept, landing.milliseconds / SECOND);
      hop(page, ctx, landing.page);
    },
    read: (ctx) => cookies.read(ctx, landing.cookie),
    forget: (ctx) => cookies.clear(ctx, landing.cookie),
  };
}
