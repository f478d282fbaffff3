import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { type PasswordPolicy, wordsOf } from '#src/features/passwords/index.ts';
import type { Limits } from '#src/features/throttle/index.ts';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { readForm, readQuery } from '#src/http/input.ts';
import { createMailedLink, type MailedLink } from '#src/http/mailed-link.ts';
import type { Pace } from '#src/http/pace.ts';
import { type ShowPage, seeOther, view } from '#src/http/page.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import { type DeadLink, LINK_LIFETIME } from './policy.ts';
import type { Recovery } from './service.ts';

/** Where a person came from: the sign-in that can go on, or the application itself. */
interface Application {
  readonly name: string;
  readonly href: string;
}

interface Note {
  readonly title: string;
  readonly advice: string;
}

export const RequestPage = view<{ email?: string }>('recovery/request');
export const SentPage = view<{ application?: Application }>('recovery/sent');
export const PasswordPage = view<{
  email: string;
  policy: PasswordPolicy;
  faults: readonly string[];
  note?: Note;
}>('recovery/password');
export const DeadLinkPage = view<{ title: string; advice: string }>('recovery/dead-link');
export const DonePage = view<{ application?: Application }>('recovery/done');

export interface RecoveryPagesDeps {
  readonly recovery: Omit<Recovery, 'offer' | 'revoke'>;
  readonly cookies: Cookies;
  readonly csrf: Pick<Csrf, 'check' | 'browserOf'>;
  readonly limits: Pick<Limits, 'spend'>;
  readonly page: ShowPage;
  readonly pace: Pace;
  readonly wayBack: { onward(ctx: Context): Promise<Application | undefined> };
}

type Parts = RecoveryPagesDeps & { readonly link: MailedLink };

const Prefill = z.object({ email: z.string().optional() });
const Ask = z.object({ email: z.string() });
const NewPassword = z.object({ password: z.string() });

/** Everything at `/recovery`. */
export function createRecoveryPages(deps: RecoveryPagesDeps): Router {
  const link = createMailedLink(deps, {
    cookie: 'recovery',
    page: '/recovery/password',
    milliseconds: LINK_LIFETIME,
  });
  const parts = { ...deps, link };
  const router = new Router();
  const body = createFormBody();
  router.get('/recovery', showRequest(parts));
  router.post('/recovery', body, request(parts));
  router.get('/recovery/sent', showLedBack(parts, SentPage));
  router.get('/recovery/password', (ctx) => showForm(parts, ctx, { token: link.read(ctx) }));
  router.post('/recovery/password', body, choose(parts));
  router.get('/recovery/done', showLedBack(parts, DonePage));
  router.get('/recovery/:token', link.arrive);
  return router;
}

function showRequest({ page, csrf }: Parts) {
  return (ctx: Context): void => {
    const { email = '' } = readQuery(ctx, Prefill);
    const model = normaliseEmail(email) === undefined ? {} : { email };
    page(ctx, RequestPage, model, { csrf: csrf.browserOf(ctx) });
  };
}

/** The same answer, and no sooner, for an address that is nobody's (R11.1). */
function request({ csrf, limits, recovery, pace }: Parts) {
  return async (ctx: Context): Promise<void> => {
    csrf.check(ctx, csrf.browserOf(ctx));
    const { email } = readForm(ctx, Ask);
    await limits.spend(ctx, 'reset', { account: email });
    await pace.even(() => recovery.request({ email, origin: callerOf(ctx) }));
    seeOther(ctx, '/recovery/sent');
  };
}

function showLedBack({ page, wayBack }: Parts, ledBack: typeof SentPage) {
  return async (ctx: Context): Promise<void> => {
    const application = await wayBack.onward(ctx);
    page(ctx, ledBack, { ...(application && { application }) });
  };
}

interface Standing {
  readonly token: string | undefined;
  readonly faults?: readonly string[];
  readonly note?: Note;
}

async function showForm(parts: Parts, ctx: Context, standing: Standing): Promise<void> {
  const { token = '', faults = [], note } = standing;
  const found = await parts.recovery.look(token);
  if (!found.ok) return showDeadLink(parts, ctx, found.reason);
  const isAgain = faults.length > 0 || note !== undefined;
  const model = { ...found.value, faults, ...(note && { note }) };
  parts.page(ctx, PasswordPage, model, {
    status: isAgain ? 422 : 200,
    csrf: parts.csrf.browserOf(ctx),
  });
}

function choose(parts: Parts) {
  const { csrf, recovery, link } = parts;
  return async (ctx: Context): Promise<void> => {
    csrf.check(ctx, csrf.browserOf(ctx));
    const { password } = readForm(ctx, NewPassword);
    const token = link.read(ctx);
    const choice = { token: token ?? '', password, origin: callerOf(ctx) };
    const ending = await recovery.complete(choice);
    if (ending.ok) {
      link.forget(ctx);
      return seeOther(ctx, '/recovery/done');
    }
    switch (ending.reason) {
      case 'unfit':
        return showForm(parts, ctx, { token, faults: ending.faults.map(wordsOf) });
      case 'changed-meanwhile':
        return showForm(parts, ctx, { token, note: CHANGED });
      default:
        return showDeadLink(parts, ctx, ending.reason);
    }
  };
}

const CHANGED: Note = {
  title: 'Your account changed a moment ago.',
  advice: 'Type the new password once more.',
};

function showDeadLink(parts: Parts, ctx: Context, reason: DeadLink): void {
  parts.page(ctx, DeadLinkPage, wordsFor(reason), { status: 410 });
}

/** What became of an account is nobody's business who has nothing but a link. */
function wordsFor(reason: DeadLink): { title: string; advice: string } {
  switch (reason) {
    case 'link-expired':
      return { title: 'This link has expired', advice: 'Links work for 1 hour.' };
    case 'link-used':
      return { title: 'This link was already used', advice: 'Each link works once.' };
    case 'link-unknown':
    case 'link-overtaken':
    case 'account-closed':
      return {
        title: 'This link doesn’t work any more',
        advice: 'Only the newest link works, once, in the browser it was opened in.',
      };
    default:
      return unreachable(reason);
  }
}
