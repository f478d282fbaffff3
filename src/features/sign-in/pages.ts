import { Router, type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { readForm } from '#src/http/input.ts';
import { type PageOptions, type ShowPage, seeOther, view } from '#src/http/page.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import type { Application, WayBack } from './gate.ts';
import type { Interaction, Interactions, Onward } from './interactions.ts';
import type { SignIn } from './service.ts';
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

export const SignInPage = view<Frame & { email?: string; note?: Note }>('sign-in/sign-in');
export const ConsentPage = view<
  Frame & { email?: string; asks: readonly Ask[]; resources: readonly ResourceAsk[] }
>('sign-in/consent');
export const NoAccessPage = view<Frame & { email: string }>('sign-in/no-access');
export const GonePage = view<{ application?: Application }>('sign-in/gone');

export interface SignInPagesDeps {
  readonly interactions: Interactions;
  readonly signIn: SignIn;
  readonly csrf: Pick<Csrf, 'check'>;
  readonly page: ShowPage;
  readonly wayBack: WayBack;
  /** What a signed-in person goes by, on the page that asks for their consent. */
  readonly people: { find(id: UserId): Promise<{ readonly email: string } | undefined> };
}

const Credentials = z.object({ login: z.string(), password: z.string() });
const Decision = z.object({ decision: z.enum(['allow', 'deny']) });

/** What is done with an interaction that is open and belongs to this browser. */
type Act = (ctx: Context, interaction: Interaction) => Promise<void>;

/** Everything below `/interaction/:uid` (D17). */
export function createSignInPages(deps: SignInPagesDeps): Router {
  const router = new Router();
  const body = createFormBody();
  const posts = {
    login: ours(deps, logIn(deps), 'login'),
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
    deps.wayBack.remember(ctx, interaction.client.id);
    if (interaction.prompt === 'consent') return showConsent(deps, ctx, interaction);
    await deps.signIn.begin(interaction);
    const { loginHint } = interaction;
    const model = { ...frameOf(interaction), ...(loginHint && { email: loginHint }) };
    deps.page(ctx, SignInPage, model, optionsOf(interaction));
  };
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
  const application = await wayBack.find(ctx);
  page(ctx, GonePage, { ...(application && { application }) }, { status: 410 });
}

function logIn(deps: SignInPagesDeps): Act {
  const { interactions, signIn, page } = deps;
  return async (ctx, interaction) => {
    const { login: email, password } = readForm(ctx, Credentials);
    const ending = await signIn.attempt({ interaction, email, password, origin: callerOf(ctx) });
    if (ending.ok) return goOn(deps, ctx, interactions.signIn(ctx, ending.value));

    const model = { ...frameOf(interaction), email: email.slice(0, LONGEST_EMAIL) };
    switch (ending.reason) {
      case 'wrong':
        return page(ctx, SignInPage, { ...model, note: WRONG }, optionsOf(interaction, 422));
      case 'unverified':
        return page(ctx, SignInPage, { ...model, note: UNVERIFIED }, optionsOf(interaction, 422));
      case 'no-access':
        return page(ctx, NoAccessPage, model, optionsOf(interaction, 403));
      case 'gone':
        return showGone(deps, ctx);
      default:
        return unreachable(ending.reason);
    }
  };
}

const LONGEST_EMAIL = 254;

const WRONG: Note = {
  title: 'That email and password don’t match.',
  advice: 'Check both and try again.',
};

const UNVERIFIED: Note = {
  title: 'Confirm your email first.',
  advice: 'Nobody has confirmed yet that this address is yours. Ask your administrator to do it.',
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

function optionsOf(interaction: Interaction, status = 200): PageOptions {
  return { status, csrf: bindingOf(interaction), formAction: interaction.formTarget };
}

/** A form belongs to one interaction and one prompt of it. */
function bindingOf({ uid, prompt }: Interaction): string {
  return `interaction ${prompt} ${uid}`;
}
