import { Router, type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { type PasswordPolicy, type Passwords, wordsOf } from '#src/features/passwords/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { WaitCookie } from '#src/features/verification/index.ts';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { readForm } from '#src/http/input.ts';
import { type PageOptions, type ShowPage, seeOther, view } from '#src/http/page.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import { type Application, type AttemptDeps, spendAttempt, type WayBack } from './gate.ts';
import type { Interaction, Interactions, Onward } from './interactions.ts';
import type { SignIn } from './service.ts';
import type { Stage, Visit } from './visit.ts';
import { type Ask, asksOf, type ResourceAsk, resourceAsksOf } from './words.ts';

/** What every page of an interaction is told. */
interface Frame {
  /** The interaction's own address; forms go below it, where its cookie is sent. */
  readonly base: string;
  readonly application: string;
  readonly host?: string;
}

interface Note {
  readonly title: string;
  readonly advice: string;
}

export const SignInPage = view<Frame & { email?: string; note?: Note; isOpen: boolean }>(
  'sign-in/sign-in',
);
export const ChangePasswordPage = view<
  Frame & { email: string; policy: PasswordPolicy; faults: readonly string[] }
>('sign-in/change-password');
export const ConsentPage = view<
  Frame & { email?: string; asks: readonly Ask[]; resources: readonly ResourceAsk[] }
>('sign-in/consent');
export const NoAccessPage = view<Frame & { email: string }>('sign-in/no-access');
export const GonePage = view<{ application?: Application }>('sign-in/gone');

export interface SignInPagesDeps extends AttemptDeps {
  readonly interactions: Interactions;
  readonly signIn: SignIn;
  readonly csrf: Pick<Csrf, 'check'>;
  readonly page: ShowPage;
  readonly wayBack: WayBack;
  /** Sends a person to where they prove their address. */
  readonly waiting: Pick<WaitCookie, 'start'>;
  readonly passwords: Pick<Passwords, 'policyOf'>;
  /** Whether the people of an application make their accounts themselves. */
  readonly registration: { isOpen(tenantId: TenantId | undefined): Promise<boolean> };
  /** What a signed-in person goes by, on the page that asks for their consent. */
  readonly people: { find(id: UserId): Promise<{ readonly email: string } | undefined> };
}

const Credentials = z.object({ login: z.string(), password: z.string() });
const NewPassword = z.object({ password: z.string() });
const Decision = z.object({ decision: z.enum(['allow', 'deny']) });

/** What is done with an interaction that is open and belongs to this browser. */
type Act = (ctx: Context, interaction: Interaction) => Promise<void>;

/** Everything below `/interaction/:uid` (D17). */
export function createSignInPages(deps: SignInPagesDeps): Router {
  const router = new Router();
  const body = createFormBody();
  const posts = {
    login: ours(deps, logIn(deps), 'login'),
    'change-password': ours(deps, changePassword(deps), 'login'),
    consent: ours(deps, decide(deps), 'consent'),
    switch: ours(deps, switchUser(deps), 'consent'),
    abort: ours(deps, abort(deps)),
  };
  router.get('/interaction/:uid', open(deps, show(deps)));
  for (const [name, act] of Object.entries(posts)) {
    router.post(`/interaction/:uid/${name}`, body, open(deps, act));
    // The address of a form, opened by its reader: back to the page it stood on.
    router.get(`/interaction/:uid/${name}`, open(deps, back));
  }
  return router;
}

/** Reads the interaction that the cookie names; whatever ended it, there is one page for that. */
function open(deps: SignInPagesDeps, act: Act) {
  return async (ctx: RouterContext): Promise<void> => {
    const found = await deps.interactions.read(ctx);
    const isNamed = found.ok && found.value.uid === ctx.params['uid'];
    await (isNamed ? act(ctx, found.value) : showGone(deps, ctx));
  };
}

/** Acts on a form of the page that the interaction is at; one of another prompt changes nothing. */
function ours({ csrf }: SignInPagesDeps, act: Act, prompt?: Interaction['prompt']): Act {
  return async (ctx, interaction) => {
    if (prompt && prompt !== interaction.prompt) return back(ctx, interaction);
    csrf.check(ctx, bindingOf(interaction));
    await act(ctx, interaction);
  };
}

const back: Act = async (ctx, interaction) => seeOther(ctx, frameOf(interaction).base);

function show(deps: SignInPagesDeps): Act {
  return async (ctx, interaction) => {
    deps.wayBack.remember(ctx, interaction);
    if (interaction.prompt === 'consent') return showConsent(deps, ctx, interaction);
    const stage = await deps.signIn.stand(visitOf(deps, ctx, interaction));
    if (stage.at !== 'password') return follow(deps, ctx, interaction, stage);
    const { loginHint } = interaction;
    return showSignIn(deps, ctx, interaction, { ...(loginHint && { email: loginHint }) });
  };
}

/** Where a sign-in goes from its stage. */
async function follow(
  deps: SignInPagesDeps,
  ctx: Context,
  interaction: Interaction,
  stage: Stage,
): Promise<void> {
  switch (stage.at) {
    case 'password':
      return seeOther(ctx, frameOf(interaction).base);
    case 'done':
      return goOn(deps, ctx, deps.interactions.signIn(ctx, stage.signedIn));
    case 'step':
      return showStep(deps, ctx, interaction, stage);
  }
}

async function showStep(
  deps: SignInPagesDeps,
  ctx: Context,
  interaction: Interaction,
  { step, user }: Extract<Stage, { at: 'step' }>,
): Promise<void> {
  switch (step) {
    case 'verify-email': {
      const { client, uid } = interaction;
      const from = { clientId: client.id, interaction: uid, tenantId: user.tenantId };
      await deps.waiting.start(ctx, { email: user.email, claimant: user, ...from });
      return seeOther(ctx, '/verify');
    }
    case 'change-password':
      return showChange(deps, ctx, interaction, { user, faults: [] });
    default:
      return unreachable(step);
  }
}

async function showChange(
  { passwords, page }: SignInPagesDeps,
  ctx: Context,
  interaction: Interaction,
  { user, faults }: { user: User; faults: readonly string[] },
): Promise<void> {
  const policy = await passwords.policyOf(user.tenantId);
  const model = { ...frameOf(interaction), email: user.email, policy, faults };
  page(ctx, ChangePasswordPage, model, optionsOf(interaction, faults.length > 0 ? 422 : 200));
}

async function showSignIn(
  { page, registration }: SignInPagesDeps,
  ctx: Context,
  interaction: Interaction,
  told: { email?: string; note?: Note },
): Promise<void> {
  const isOpen = await registration.isOpen(interaction.client.tenantId);
  const model = { ...frameOf(interaction), ...told, isOpen };
  page(ctx, SignInPage, model, optionsOf(interaction, told.note ? 422 : 200));
}

async function showConsent(
  { page, people }: SignInPagesDeps,
  ctx: Context,
  interaction: Interaction,
): Promise<void> {
  const { asked, userId } = interaction;
  const person = userId && (await people.find(userId));
  const model = {
    ...frameOf(interaction),
    ...(person && { email: person.email }),
    asks: asksOf(asked),
    resources: resourceAsksOf(asked),
  };
  page(ctx, ConsentPage, model, optionsOf(interaction));
}

async function showGone({ page, wayBack }: SignInPagesDeps, ctx: Context): Promise<void> {
  const application = (await wayBack.find(ctx))?.application;
  page(ctx, GonePage, { ...(application && { application }) }, { status: 410 });
}

function logIn(deps: SignInPagesDeps): Act {
  return async (ctx, interaction) => {
    const { login: email, password } = readForm(ctx, Credentials);
    await spendAttempt(deps, ctx, email);
    const visit = visitOf(deps, ctx, interaction);
    const ending = await deps.signIn.attempt({ ...visit, email, password });
    if (ending.ok) return advance(deps, ctx, interaction, ending.value);

    const shown = email.slice(0, LONGEST_EMAIL);
    switch (ending.reason) {
      case 'wrong':
        return showSignIn(deps, ctx, interaction, { email: shown, note: WRONG });
      case 'no-access': {
        const model = { ...frameOf(interaction), email: shown };
        return deps.page(ctx, NoAccessPage, model, optionsOf(interaction, 403));
      }
      case 'gone':
        return showGone(deps, ctx);
      default:
        return unreachable(ending.reason);
    }
  };
}

function changePassword(deps: SignInPagesDeps): Act {
  return async (ctx, interaction) => {
    const { password } = readForm(ctx, NewPassword);
    const visit = visitOf(deps, ctx, interaction);
    const ending = await deps.signIn.changePassword(visit, password);
    if (ending.ok) return advance(deps, ctx, interaction, ending.value);
    if (ending.reason === 'gone') return back(ctx, interaction);
    const stage = await deps.signIn.stand(visit);
    if (stage.at !== 'step') return back(ctx, interaction);
    return showChange(deps, ctx, interaction, {
      user: stage.user,
      faults: ending.faults.map(wordsOf),
    });
  };
}

/** After a form: a page to be shown is led to, so that a reload sends nothing twice. */
async function advance(
  deps: SignInPagesDeps,
  ctx: Context,
  interaction: Interaction,
  stage: Stage,
): Promise<void> {
  if (stage.at === 'step') return back(ctx, interaction);
  return follow(deps, ctx, interaction, stage);
}

const LONGEST_EMAIL = 254;

/** The same for everybody, locked or not, so that it tells a stranger nothing (R3.8). */
const WRONG: Note = {
  title: 'That email and password don’t match.',
  advice:
    'Check both and try again, or reset your password. After five wrong tries in a row, sign-in pauses for 30 minutes, and the owner of the account is told by mail.',
};

function decide(deps: SignInPagesDeps): Act {
  return async (ctx) => {
    const { decision } = readForm(ctx, Decision);
    await goOn(deps, ctx, deps.interactions[decision](ctx));
  };
}

function abort(deps: SignInPagesDeps): Act {
  return async (ctx) => goOn(deps, ctx, deps.interactions.deny(ctx));
}

function switchUser(deps: SignInPagesDeps): Act {
  return async (ctx) => goOn(deps, ctx, deps.interactions.switchUser(ctx));
}

/** On to where the provider says; another request may have ended the interaction meanwhile. */
async function goOn(deps: SignInPagesDeps, ctx: Context, onward: Promise<Onward>): Promise<void> {
  const ending = await onward;
  if (ending.ok) seeOther(ctx, ending.value);
  else await showGone(deps, ctx);
}

function frameOf({ uid, client }: Interaction): Frame {
  const base = `/interaction/${encodeURIComponent(uid)}`;
  return { base, application: client.name, ...(client.host && { host: client.host }) };
}

function visitOf({ device }: SignInPagesDeps, ctx: Context, interaction: Interaction): Visit {
  return { interaction, device: device.keep(ctx), origin: callerOf(ctx) };
}

function optionsOf(interaction: Interaction, status = 200): PageOptions {
  return { status, csrf: bindingOf(interaction), formAction: interaction.formTarget };
}

/** A form belongs to one interaction and one prompt of it. */
function bindingOf({ uid, prompt }: Interaction): string {
  return `interaction ${prompt} ${uid}`;
}
