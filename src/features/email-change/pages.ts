import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { type Application, onlySignedIn } from '#src/features/account/index.ts';
import type { DeviceCookie } from '#src/features/lockout/index.ts';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { readForm } from '#src/http/input.ts';
import { createMailedLink, type MailedLink } from '#src/http/mailed-link.ts';
import type { Pace } from '#src/http/pace.ts';
import { type ShowPage, seeOther, view } from '#src/http/page.ts';
import { HOUR } from '#src/kernel/clock.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unasked } from './asking.ts';
import type { Mailed } from './links.ts';
import type { Addresses, EmailChange } from './service.ts';
import { type Note, noteFor, type Words, wordsFor } from './words.ts';

/** Whoever is signed in at this browser. */
export interface SignedInPerson {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly email: string;
  readonly name: string;
}

type Kind = Mailed['kind'];

export const AskPage = view<{ email: string; newEmail?: string; note?: Note }>('email-change/ask');
export const SentPage = view<{ application?: Application }>('email-change/sent');
export const LinkPages = {
  confirm: view<Addresses>('email-change/confirm'),
  undo: view<Addresses>('email-change/undo'),
};
export const DonePages = {
  confirm: view<{ application?: Application }>('email-change/confirmed'),
  undo: view<{ application?: Application }>('email-change/undone'),
};
export const DeadLinkPage = view<Words>('email-change/dead-link');

export interface EmailChangePagesDeps {
  readonly emailChange: Pick<EmailChange, 'ask' | 'look' | Kind>;
  readonly signedIn: { find(ctx: Context): Promise<SignedInPerson | undefined> };
  readonly device: Pick<DeviceCookie, 'keep'>;
  readonly cookies: Cookies;
  readonly csrf: Pick<Csrf, 'check' | 'browserOf'>;
  readonly page: ShowPage;
  readonly pace: Pace;
  readonly wayBack: { onward(ctx: Context): Promise<Application | undefined> };
}

type Deps = EmailChangePagesDeps;

const Wish = z.object({ email: z.string(), password: z.string() });

/** `/account/email`, where a change is asked for, and the links in its mails. */
export function createEmailChangePages(deps: Deps): Router {
  const router = new Router();
  const body = createFormBody();
  const signedIn = onlySignedIn(deps, 'to change your email address');
  router.get(
    '/account/email',
    signedIn((ctx, person) => showAsk(deps, ctx, { person })),
  );
  router.post('/account/email', body, signedIn(ask(deps)));
  router.get('/account/email/sent', showLedBack(deps, SentPage));
  for (const kind of ['confirm', 'undo'] as const) {
    const landing = { cookie: `email-${kind}`, page: `/email/${kind}`, milliseconds: HOUR };
    const link = createMailedLink(deps, landing);
    router.get(landing.page, (ctx) => showLink(deps, ctx, { kind, token: link.read(ctx) }));
    router.post(landing.page, body, use(deps, kind, link));
    router.get(`${landing.page}/done`, showLedBack(deps, DonePages[kind]));
    router.get(`${landing.page}/:token`, link.arrive);
  }
  return router;
}

type Act = (ctx: Context, person: SignedInPerson) => Promise<void>;

interface Asking {
  readonly person: SignedInPerson;
  readonly newEmail?: string;
  readonly reason?: Unasked;
}

function showAsk({ page, csrf }: Deps, ctx: Context, { person, newEmail, reason }: Asking): void {
  const { email } = person;
  const model = {
    email,
    ...(newEmail !== undefined && { newEmail: newEmail.slice(0, LONGEST_EMAIL) }),
    ...(reason && { note: noteFor(reason) }),
  };
  page(ctx, AskPage, model, { status: reason ? 422 : 200, csrf: csrf.browserOf(ctx) });
}

/** The longest address there is (RFC 5321 §4.5.3.1). */
const LONGEST_EMAIL = 254;

/** The same answer, and no sooner, for an address that is somebody else's. */
function ask(deps: Deps): Act {
  const { csrf, pace, emailChange, device } = deps;
  return async (ctx, person) => {
    csrf.check(ctx, csrf.browserOf(ctx));
    const { email: newEmail, password } = readForm(ctx, Wish);
    const asked = { person, newEmail, password, device: device.keep(ctx), origin: callerOf(ctx) };
    const ending = await pace.even(() => emailChange.ask(asked));
    if (ending.ok) return seeOther(ctx, '/account/email/sent');
    showAsk(deps, ctx, { person, newEmail, reason: ending.reason });
  };
}

interface Landed {
  readonly kind: Kind;
  readonly token: string | undefined;
}

async function showLink(deps: Deps, ctx: Context, { kind, token = '' }: Landed): Promise<void> {
  const { page, csrf, emailChange } = deps;
  const found = await emailChange.look({ kind, token });
  if (!found.ok) return page(ctx, DeadLinkPage, wordsFor(kind, found.reason), DEAD);
  page(ctx, LinkPages[kind], found.value, { csrf: csrf.browserOf(ctx) });
}

const DEAD = { status: 410 };

function use({ page, csrf, emailChange }: Deps, kind: Kind, link: MailedLink) {
  return async (ctx: Context): Promise<void> => {
    csrf.check(ctx, csrf.browserOf(ctx));
    const ending = await emailChange[kind](link.read(ctx) ?? '', callerOf(ctx));
    if (!ending.ok) return page(ctx, DeadLinkPage, wordsFor(kind, ending.reason), DEAD);
    link.forget(ctx);
    seeOther(ctx, `/email/${kind}/done`);
  };
}

function showLedBack({ page, wayBack }: Deps, ledBack: typeof SentPage) {
  return async (ctx: Context): Promise<void> => {
    const application = await wayBack.onward(ctx);
    page(ctx, ledBack, { ...(application && { application }) });
  };
}
