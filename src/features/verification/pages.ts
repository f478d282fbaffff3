import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { DeviceCookie } from '#src/features/lockout/index.ts';
import type { Limits } from '#src/features/throttle/index.ts';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { hop } from '#src/http/hop.ts';
import { readForm } from '#src/http/input.ts';
import { createMailedLink, type MailedLink } from '#src/http/mailed-link.ts';
import type { Pace } from '#src/http/pace.ts';
import { type PageOptions, type ShowPage, seeOther, type View, view } from '#src/http/page.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import type { Claims } from './claims.ts';
import type { WaitCookie } from './gate.ts';
import type { Link, LinkRefusal, Links } from './links.ts';
import type { Wait } from './verification.ts';

interface Note {
  readonly title: string;
  readonly advice: string;
}

interface Application {
  readonly name: string;
  readonly href: string;
}

/** `base` is the page on which the address can be typed anew. */
export const WaitingPage = view<{ email: string; base?: string; isResent?: boolean; note?: Note }>(
  'verification/waiting',
);
export const NoWaitPage = view<object>('verification/no-wait');
/** `isElsewhere`: another browser waits for it. `wasBefore`: it was confirmed already. */
export const ConfirmedPage = view<{
  application?: Application;
  isElsewhere?: boolean;
  wasBefore?: boolean;
}>('verification/confirmed');
export const ConfirmPage = view<{ email: string; asksPassword: boolean; note?: Note }>(
  'verification/confirm',
);
export const ExpiredPage = view<object>('verification/expired');
export const RenewedPage = view<object>('verification/renewed');
export const UnknownLinkPage = view<object>('verification/unknown-link');

export interface VerificationPagesDeps {
  readonly claims: Claims;
  readonly links: Links;
  readonly waiting: WaitCookie;
  /** Where an application lives, for the way back. */
  readonly applications: { find(clientId: string): Promise<Application | undefined> };
  readonly device: Pick<DeviceCookie, 'keep'>;
  readonly cookies: Cookies;
  readonly csrf: Pick<Csrf, 'check' | 'browserOf'>;
  readonly limits: Pick<Limits, 'spend'>;
  readonly page: ShowPage;
  readonly pace: Pace;
}

const Typed = z.object({ code: z.string() });
const Confirmation = z.object({ password: z.string().optional() });

const LANDING = { cookie: 'verify-link', page: '/verify/confirm', milliseconds: HOUR };

type Deps = VerificationPagesDeps & { readonly mailed: MailedLink };

/** What is done for a browser that waits. */
type Act = (ctx: Context, wait: Wait) => Promise<void>;

/** Everything below `/verify`: the page that waits, and the page of the mailed link. */
export function createVerificationPages(given: VerificationPagesDeps): Router {
  const deps = { ...given, mailed: createMailedLink(given, LANDING) };
  const router = new Router();
  const body = createFormBody();
  const waits = { code: tryCode(deps), continue: goOn(deps), resend: resend(deps) };
  const ofLink = { confirm: confirm(deps), again: renew(deps) };

  router.get('/verify', whileWaiting(deps, show(deps)));
  router.get('/verify/state', tellState(deps));
  for (const [name, act] of Object.entries(waits)) {
    router.post(`/verify/${name}`, body, ours(deps, whileWaiting(deps, act)));
    // The address of a form, opened by its reader: back to the page it stood on.
    router.get(`/verify/${name}`, (ctx) => seeOther(ctx, '/verify'));
  }
  for (const [name, act] of Object.entries(ofLink)) {
    router.post(`/verify/${name}`, body, ours(deps, act));
  }
  router.get('/verify/confirm', showLink(deps));
  router.get('/verify/again', (ctx) => seeOther(ctx, LANDING.page));
  router.get('/verify/:token', deps.mailed.arrive);
  return router;
}

function whileWaiting({ waiting, page }: Deps, act: Act) {
  return async (ctx: Context): Promise<void> => {
    const wait = await waiting.read(ctx);
    if (wait) return act(ctx, wait);
    page(ctx, NoWaitPage, {}, { status: 410 });
  };
}

function ours({ csrf }: Deps, act: (ctx: Context) => Promise<void>) {
  return async (ctx: Context): Promise<void> => {
    csrf.check(ctx, csrf.browserOf(ctx));
    await act(ctx);
  };
}

function show(deps: Deps): Act {
  return async (ctx, wait) => {
    if (await deps.claims.isProven(wait)) return onward(deps, ctx, wait);
    showWaiting(deps, ctx, wait);
  };
}

function showWaiting(
  deps: Deps,
  ctx: Context,
  wait: Wait,
  more: { readonly isResent?: boolean; readonly note?: Note } = {},
): void {
  const { email, back } = wait;
  const model = { email, ...(back !== undefined && { base: back }), ...more };
  // It asks now and then whether to go on.
  showForm(deps, ctx, WaitingPage, model, { status: more.note ? 422 : 200, asks: true });
}

function tellState({ waiting, claims }: Deps) {
  return async (ctx: Context): Promise<void> => {
    const wait = await waiting.read(ctx);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { verified: wait !== undefined && (await claims.isProven(wait)) };
  };
}

function tryCode(deps: Deps): Act {
  const { claims, pace } = deps;
  return async (ctx, wait) => {
    const { code } = readForm(ctx, Typed);
    const isRight = await pace.even(
      async () =>
        (await claims.isProven(wait)) || (await claims.tryCode(wait, code, callerOf(ctx))),
    );
    if (isRight) return onward(deps, ctx, wait);
    showWaiting(deps, ctx, wait, { note: WRONG_CODE });
  };
}

const WRONG_CODE: Note = {
  title: 'That code isn’t right.',
  advice: 'Type the one from the newest mail. After five tries, only the link in it works.',
};

function goOn(deps: Deps): Act {
  return async (ctx, wait) => {
    if (await deps.claims.isProven(wait)) return onward(deps, ctx, wait);
    showWaiting(deps, ctx, wait, { note: NOT_YET });
  };
}

const NOT_YET: Note = {
  title: 'Your email isn’t confirmed yet.',
  advice: 'Open the link in the mail and confirm there, or type the code from it.',
};

function resend(deps: Deps): Act {
  return async (ctx, wait) => {
    await deps.limits.spend(ctx, 'resend', { account: wait.email });
    await deps.pace.even(() => deps.claims.again(wait, callerOf(ctx)));
    showWaiting(deps, ctx, wait, { isResent: true });
  };
}

/** On to the sign-in that waits, or to a page that says how to sign in. */
async function onward(deps: Deps, ctx: Context, wait: Wait): Promise<void> {
  const { interaction, clientId } = wait;
  // By a page of ours: a form's redirects must end here, and those of the sign-in may not (F9).
  if (interaction !== undefined)
    return hop(deps.page, ctx, `/interaction/${encodeURIComponent(interaction)}`);
  deps.page(ctx, ConfirmedPage, await wayBackTo(deps, clientId));
}

async function wayBackTo({ applications }: Deps, clientId: string | undefined) {
  const application = clientId === undefined ? undefined : await applications.find(clientId);
  return { ...(application && { application }) };
}

const LINK_GONE = { status: 410 };

function showLink(deps: Deps) {
  return async (ctx: Context): Promise<void> => {
    const link = await deps.links.peek(tokenOf(deps, ctx));
    if (link.standing !== 'fresh') return showEnded(deps, ctx, link.standing);
    const wait = await deps.waiting.read(ctx);
    await showConfirm(deps, ctx, { link, wait });
  };
}

async function showConfirm(
  deps: Deps,
  ctx: Context,
  { link, wait, note }: { link: Link; wait: Wait | undefined; note?: Note },
): Promise<void> {
  if (link.standing === 'unknown') return showEnded(deps, ctx, 'unknown');
  const { email, userId } = link.issued;
  const model = { email, asksPassword: wait?.claimant?.id !== userId, ...(note && { note }) };
  const status = note ? 422 : 200;
  showForm(deps, ctx, ConfirmPage, model, { status });
}

function confirm(deps: Deps) {
  const { links, waiting, device, page } = deps;
  return async (ctx: Context): Promise<void> => {
    const { password } = readForm(ctx, Confirmation);
    const token = tokenOf(deps, ctx);
    const wait = await waiting.read(ctx);
    const ending = await links.confirm({
      token,
      ...(wait?.claimant && { waitingFor: wait.claimant.id }),
      ...(password !== undefined && { password }),
      device: device.keep(ctx),
      origin: callerOf(ctx),
    });
    if (!ending.ok) {
      if (ending.reason !== 'wrong-password') return showEnded(deps, ctx, ending.reason);
      return showConfirm(deps, ctx, { link: await links.peek(token), wait, note: WRONG_PASSWORD });
    }
    deps.mailed.forget(ctx);
    const { userId, clientId } = ending.value;
    if (wait?.claimant?.id === userId) return onward(deps, ctx, wait);
    page(ctx, ConfirmedPage, { ...(await wayBackTo(deps, clientId)), isElsewhere: true });
  };
}

const WRONG_PASSWORD: Note = {
  title: 'That password isn’t right.',
  advice: 'Check it and try again, or reset your password: that confirms your email too.',
};

/** Whatever speaks against a link, its page says what to do next. */
async function showEnded(
  deps: Deps,
  ctx: Context,
  reason: Exclude<LinkRefusal, 'wrong-password'>,
): Promise<void> {
  switch (reason) {
    case 'done':
      return deps.page(ctx, ConfirmedPage, { wasBefore: true });
    case 'expired':
      return showForm(deps, ctx, ExpiredPage, {}, LINK_GONE);
    case 'unknown':
    case 'superseded':
      return deps.page(ctx, UnknownLinkPage, {}, LINK_GONE);
    default:
      return unreachable(reason);
  }
}

function renew(deps: Deps) {
  return async (ctx: Context): Promise<void> => {
    await deps.limits.spend(ctx, 'resend', { account: tokenOf(deps, ctx) });
    await deps.pace.even(() => deps.links.renew(tokenOf(deps, ctx), callerOf(ctx)));
    deps.page(ctx, RenewedPage, {});
  };
}

function tokenOf({ mailed }: Deps, ctx: Context): string {
  return mailed.read(ctx) ?? '';
}

function showForm<Model extends object>(
  { page, csrf }: Deps,
  ctx: Context,
  form: View<Model>,
  ...[model, options]: [model: Model, options: PageOptions]
): void {
  page(ctx, form, model, { ...options, csrf: csrf.browserOf(ctx) });
}
