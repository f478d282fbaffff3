import { Router } from '@koa/router';
import type { Context } from 'koa';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { createMailedLink, type MailedLink } from '#src/http/mailed-link.ts';
import { type ShowPage, view } from '#src/http/page.ts';
import { HOUR } from '#src/kernel/clock.ts';
import type { Unlocking } from './unlocking.ts';

/** Where a person may want to go on to. */
interface Application {
  readonly name: string;
  readonly href: string;
}

export const OpenPage = view<{ email: string }>('lockout/open');
export const OpenedPage = view<{ email: string; application?: Application }>('lockout/opened');
export const OverPage = view<Record<string, never>>('lockout/over');

export interface UnlockPagesDeps {
  readonly unlocking: Pick<Unlocking, 'peek' | 'openByLink'>;
  readonly csrf: Pick<Csrf, 'browserOf' | 'check'>;
  readonly cookies: Cookies;
  readonly page: ShowPage;
  /** Which application this browser came from, where anybody knows. */
  readonly application?: { find(ctx: Context): Promise<Application | undefined> };
}

const PATH = '/unlock';
const LANDING = { cookie: 'unlock', page: PATH, milliseconds: HOUR };

type Deps = UnlockPagesDeps & { readonly mailed: MailedLink };

/** The mailed link that opens an account: `/unlock/:token`, and then `/unlock` without it (R14.4). */
export function createUnlockPages(given: UnlockPagesDeps): Router {
  const deps = { ...given, mailed: createMailedLink(given, LANDING) };
  const router = new Router();
  router.get(`${PATH}/:token`, deps.mailed.arrive);
  router.get(PATH, (ctx) => show(deps, ctx));
  router.post(PATH, createFormBody(), (ctx) => open(deps, ctx));
  return router;
}

async function show({ unlocking, csrf, mailed, page }: Deps, ctx: Context) {
  const owner = await unlocking.peek(mailed.read(ctx) ?? '');
  if (!owner) return page(ctx, OverPage, {}, OVER);
  page(ctx, OpenPage, { email: owner.email }, { csrf: csrf.browserOf(ctx) });
}

async function open({ unlocking, csrf, mailed, page, application }: Deps, ctx: Context) {
  csrf.check(ctx, csrf.browserOf(ctx));
  const token = mailed.read(ctx) ?? '';
  mailed.forget(ctx);
  const ending = await unlocking.openByLink(token, callerOf(ctx));
  if (!ending.ok) return page(ctx, OverPage, {}, OVER);
  const onward = await application?.find(ctx);
  const { email } = ending.value;
  page(ctx, OpenedPage, { email, ...(onward && { application: onward }) });
}

/** It was there, and works no longer (RFC 9110 §15.5.11). */
const OVER = { status: 410 };
