import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { type PasswordPolicy, type Passwords, wordsOf } from '#src/features/passwords/index.ts';
import type { Limits } from '#src/features/throttle/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { WaitCookie } from '#src/features/verification/index.ts';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { hop } from '#src/http/hop.ts';
import { readForm, readQuery } from '#src/http/input.ts';
import { createMailedLink, type MailedLink } from '#src/http/mailed-link.ts';
import type { Pace } from '#src/http/pace.ts';
import { type ShowPage, seeOther, view } from '#src/http/page.ts';
import { DAY } from '#src/kernel/clock.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import type { Places } from './places.ts';
import { type Closed, domainsOf } from './policy.ts';
import type { Place, Registration, Unfit } from './service.ts';

interface App {
  readonly name: string;
  readonly href: string;
}

/** Where a browser came from, if an application sent it here. */
interface Door {
  readonly tenantId?: TenantId;
  readonly clientId?: string;
  readonly application?: App;
  readonly interaction?: string;
}

interface RegisterModel {
  readonly organisation: string;
  readonly application?: string;
  /** The sign-in that was left, for those who have an account. */
  readonly base?: string;
  readonly address: string;
  readonly name: string;
  readonly isInvited: boolean;
  readonly tenant?: string;
  readonly domains: readonly string[];
  readonly policy: PasswordPolicy;
  /** In words, and those of the other fields by name. */
  readonly faults: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  readonly note?: { readonly title: string; readonly advice: string };
}

export const RegisterPage = view<RegisterModel>('registration/register');
export const ClosedPage = view<{ byInvitation: boolean; application?: App }>('registration/closed');
export const InvitationGonePage = view<object>('registration/invitation-gone');
export const WelcomePage = view<{ email: string; application?: App }>('registration/welcome');

export interface RegistrationPagesDeps {
  readonly registration: Registration;
  readonly places: Places;
  readonly passwords: Pick<Passwords, 'policyOf'>;
  readonly waiting: Pick<WaitCookie, 'start'>;
  /** The sign-in that a browser came from, as it is remembered. */
  readonly doors: { find(ctx: Context): Promise<Door | undefined> };
  /** The sign-in that waits: it goes on with who has just registered. */
  readonly signIn: {
    admit(
      interaction: string,
      newcomer: { readonly userId: UserId; readonly tenantId: TenantId; readonly at: Date },
    ): Promise<unknown>;
  };
  readonly cookies: Cookies;
  readonly csrf: Pick<Csrf, 'check' | 'browserOf'>;
  readonly limits: Pick<Limits, 'spend'>;
  readonly page: ShowPage;
  readonly pace: Pace;
}

const Named = z.object({ tenant: z.string().optional() });
const Typed = Named.extend({
  email: z.string().default(''),
  name: z.string(),
  password: z.string(),
});
type Typed = z.output<typeof Typed>;

/** A place to register, how the browser came there, and what it typed so far. */
interface Visit {
  readonly place: Place;
  readonly door: Door | undefined;
  readonly typed: Omit<Typed, 'password'>;
}

const LANDING = { cookie: 'invitation', page: '/register', milliseconds: DAY };

type Deps = RegistrationPagesDeps & { readonly mailed: MailedLink };

/** `/register`, and the link of an invitation. */
export function createRegistrationPages(given: RegistrationPagesDeps): Router {
  const deps = { ...given, mailed: createMailedLink(given, LANDING) };
  const router = new Router();
  router.get('/register', open(deps));
  router.post('/register', createFormBody(), register(deps));
  router.get('/invitation/:token', deps.mailed.arrive);
  return router;
}

function open(deps: Deps) {
  return async (ctx: Context): Promise<void> => {
    const { tenant } = readQuery(ctx, Named);
    const visit = await arrive(deps, ctx, { email: '', name: '', ...(tenant && { tenant }) });
    if (visit) await showForm(deps, ctx, visit);
  };
}

function register(deps: Deps) {
  return async (ctx: Context): Promise<void> => {
    const { csrf, registration, pace } = deps;
    csrf.check(ctx, csrf.browserOf(ctx));
    const { password, ...typed } = readForm(ctx, Typed);
    const visit = await arrive(deps, ctx, typed);
    if (!visit) return;
    const { place, door } = visit;
    const clientId = door?.clientId;
    const entry = {
      ...{ place, ...typed, password, origin: callerOf(ctx) },
      ...(clientId !== undefined && { clientId }),
    };
    const unfit = await registration.judge(entry);
    if (unfit) return showRefusal(deps, ctx, visit, unfit);
    // Behind it: who has yet to find a good password has registered nothing.
    await deps.limits.spend(ctx, 'registration', {});
    const ending = await pace.even(async () => {
      const ending = await registration.register(entry);
      if (ending.ok) await begin(deps, ctx, visit, ending.value.user);
      return ending;
    });
    if (!ending.ok) return showRefusal(deps, ctx, visit, ending);
    if (place.invitation) return welcome(deps, ctx, visit);
    seeOther(ctx, '/verify');
  };
}

/** Finds where this browser registers, or shows why it cannot; an application counts where its tenant is the place's. */
async function arrive(
  deps: Deps,
  ctx: Context,
  typed: Omit<Typed, 'password'>,
): Promise<Visit | undefined> {
  const found = await deps.doors.find(ctx);
  const invitation = deps.mailed.read(ctx);
  const way = {
    ...(invitation !== undefined && { invitation }),
    ...(found?.tenantId && { tenantId: found.tenantId }),
    ...(typed.tenant !== undefined && { slug: typed.tenant }),
  };
  const { places } = deps;
  const place = await places.find(way);
  if (!place.ok) {
    showClosed(deps, ctx, place.reason, found?.application);
    return undefined;
  }
  const isItsOwn = !found?.tenantId || found.tenantId === place.value.tenant.id;
  return { place: place.value, door: isItsOwn ? found : undefined, typed };
}

function showClosed(
  { page, mailed }: Deps,
  ctx: Context,
  ...[reason, application]: [Closed | 'invitation-gone', App | undefined]
): void {
  if (reason === 'invitation-gone') {
    mailed.forget(ctx);
    return page(ctx, InvitationGonePage, {}, { status: 410 });
  }
  const model = { byInvitation: reason === 'by-invitation', ...(application && { application }) };
  page(ctx, ClosedPage, model, { status: 404 });
}

async function showForm(
  { page, csrf, passwords }: Deps,
  ctx: Context,
  { place, door, typed }: Visit,
  problem: Partial<Pick<RegisterModel, 'faults' | 'fields' | 'note'>> = {},
): Promise<void> {
  const { tenant, invitation } = place;
  const model: RegisterModel = {
    organisation: tenant.name,
    ...(door?.application && { application: door.application.name }),
    ...(door?.interaction !== undefined && { base: signInOf(door.interaction) }),
    address: invitation?.email ?? typed.email.slice(0, LONGEST_EMAIL),
    name: typed.name.slice(0, LONGEST_NAME),
    isInvited: invitation !== undefined,
    ...(typed.tenant !== undefined && { tenant: typed.tenant }),
    domains: domainsOf(tenant, invitation !== undefined),
    policy: await passwords.policyOf(tenant.id),
    faults: [],
    fields: {},
    ...problem,
  };
  const status = Object.keys(problem).length > 0 ? 422 : 200;
  page(ctx, RegisterPage, model, { status, csrf: csrf.browserOf(ctx) });
}

const LONGEST_EMAIL = 254;
const LONGEST_NAME = 200;

/** From here on this browser waits, whether or not an account was made. */
async function begin(
  { waiting, signIn }: Deps,
  ctx: Context,
  { place, door, typed }: Visit,
  user: User | undefined,
): Promise<void> {
  const interaction = door?.interaction;
  if (user && interaction !== undefined)
    await signIn.admit(interaction, {
      userId: user.id,
      tenantId: user.tenantId,
      at: user.createdAt,
    });
  if (place.invitation) return;
  await waiting.start(ctx, {
    email: typed.email.trim().slice(0, LONGEST_EMAIL),
    tenantId: place.tenant.id,
    ...(user && { claimant: claimantOf(user) }),
    ...(door?.clientId !== undefined && { clientId: door.clientId }),
    ...(interaction !== undefined && { interaction }),
    back: typed.tenant === undefined ? '/register' : `/register?tenant=${place.tenant.slug}`,
  });
}

function claimantOf({ id, tenantId, email, name }: User) {
  return { id, tenantId, email, name };
}

async function showRefusal(
  deps: Deps,
  ctx: Context,
  visit: Visit,
  ending: Extract<Outcome<never, 'email-taken' | 'invitation-gone'>, { ok: false }> | Unfit,
): Promise<void> {
  switch (ending.reason) {
    case 'unfit': {
      const { fields } = ending;
      const faults = ending.faults.map((fault) => wordsOf(fault));
      const note = Object.keys(fields).length > 0 ? { note: UNFIT } : {};
      return showForm(deps, ctx, visit, { faults, fields, ...note });
    }
    case 'email-taken':
      return showForm(deps, ctx, visit, { note: TAKEN });
    case 'invitation-gone':
      return showClosed(deps, ctx, ending.reason, undefined);
  }
}

const UNFIT = {
  title: 'Something needs another look.',
  advice: 'Change what is marked below, and type the password again.',
};

const TAKEN = {
  title: 'There is an account with this address already.',
  advice: 'Sign in with it at your application, or reset its password there.',
};

/** The invited have proven their address with the invitation: on to the sign-in that waits, if one does. */
function welcome({ page, mailed }: Deps, ctx: Context, { place, door }: Visit): void {
  mailed.forget(ctx);
  // By a page of ours: a form's redirects must end here, and those of the sign-in may not (F9).
  if (door?.interaction !== undefined) return hop(page, ctx, signInOf(door.interaction));
  const email = place.invitation?.email ?? '';
  page(ctx, WelcomePage, { email, ...(door?.application && { application: door.application }) });
}

function signInOf(interaction: string): string {
  return `/interaction/${encodeURIComponent(interaction)}`;
}
