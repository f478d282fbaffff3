import type { Context } from 'koa';
import type { Actor, Audit } from '#src/features/audit/index.ts';
import type { Clients, RegisteredClient } from '#src/features/clients/index.ts';
import type { Exchange, Interaction, Interactions, Onward } from '#src/features/sign-in/index.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import { isWritten } from '#src/kernel/text.ts';
import type { Units } from '#src/kernel/unit.ts';
import type { People } from './account.ts';
import { within } from './adapter.grants.ts';
import { type Engine, errors, type InteractionResults } from './engine.ts';
import { formTargetOf } from './form-target.ts';
import type { ProviderHost } from './host.ts';
import type { NoteBook } from './notes.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { Consent, TokenStore } from './store.ts';

type EngineInteraction = Awaited<ReturnType<Engine['interactionDetails']>>;

export interface InteractionsDeps {
  readonly host: Pick<ProviderHost, 'current'>;
  readonly clients: Pick<Clients, 'find'>;
  readonly people: People;
  readonly units: Units;
  readonly tokens: Pick<TokenStore, 'addConsent'>;
  readonly audit: Pick<Audit, 'record' | 'recordAlone'>;
  readonly clock: Clock;
  readonly sessionCookie: Pick<SessionCookie, 'clear'>;
  readonly notes: Pick<NoteBook, 'during'>;
}

/** The longest address there is (RFC 5321 §4.5.3.1.3); a longer hint is no address. */
const LONGEST_HINT = 254;

/** The engine's interactions, as the sign-in room asks for them. */
export function createInteractions(deps: InteractionsDeps): Interactions {
  const { host } = deps;

  const details = (exchange: Exchange) => {
    const { req, res } = exchange as Context;
    return host.current.interactionDetails(req, res);
  };

  function submit(exchange: Exchange, result: InteractionResults, merge: boolean): Promise<string> {
    const { req, res } = exchange as Context;
    return host.current.interactionResult(req, res, result, { mergeWithLastSubmission: merge });
  }

  return {
    async read(exchange) {
      const found = await present(details(exchange));
      const client = found && (await deps.clients.find(String(found.params['client_id'])));
      if (!found || !client || client.status !== 'active') return refused('gone');
      return done(interactionOf(found, client));
    },

    signIn: (exchange, { userId: accountId, at, amr, acr }) => {
      const login = { accountId, ts: epochSeconds(at), amr: [...amr], acr, remember: true };
      return onward(submit(exchange, { login }, false));
    },

    allow: (exchange) =>
      onward(
        details(exchange).then(async (interaction) => {
          await rememberConsent(interaction, exchange as Context, deps);
          return submit(exchange, { consent: {} }, true);
        }),
      ),

    deny: (exchange) =>
      onward(
        details(exchange).then(async (interaction) => {
          await recordDenial(interaction, exchange as Context, deps);
          const result = { error: 'access_denied', error_description: DENIED };
          return submit(exchange, result, false);
        }),
      ),

    switchUser: (exchange) =>
      onward(
        details(exchange).then((interaction) =>
          deps.notes.during(exchange as Context, () =>
            signOut(interaction, exchange as Context, deps),
          ),
        ),
      ),
  };
}

async function recordDenial(
  interaction: EngineInteraction,
  context: Context,
  deps: InteractionsDeps,
): Promise<void> {
  const actor = await actorOf(interaction, deps);
  const client = String(interaction.params['client_id']);
  const tenantId =
    'tenantId' in actor ? actor.tenantId : (await deps.clients.find(client))?.tenantId;
  await deps.audit.recordAlone({
    action: interaction.prompt.name === 'consent' ? 'consent.refused' : 'sign-in.cancelled',
    outcome: 'access_denied',
    actor,
    ...(tenantId && { tenantId }),
    resource: { type: 'client', id: client },
    origin: callerOf(context),
  });
}

/** Ends the browser's session; without one the request resumes as one that nobody is signed in for. */
async function signOut(
  interaction: EngineInteraction,
  context: Context,
  { host, clock, sessionCookie }: InteractionsDeps,
): Promise<string> {
  const session = await host.current.Session.get(context);
  await session.destroy();
  sessionCookie.clear(context);
  delete interaction.session;
  interaction.result = {};
  await interaction.save(interaction.exp - epochSeconds(clock.now()));
  return interaction.returnTo;
}

async function rememberConsent(
  interaction: EngineInteraction,
  context: Context,
  deps: InteractionsDeps,
): Promise<void> {
  const client = String(interaction.params['client_id']);
  const person = await deps.people.get(userId(interaction.session?.accountId ?? ''));
  const owner = { tenantId: person.tenantId, userId: person.id, clientId: client };
  const asked = askedOf(interaction);
  await deps.units.run(within(owner), async (unit) => {
    await deps.tokens.addConsent(unit, owner, asked, deps.clock.now());
    await deps.audit.record(unit, {
      action: 'consent.granted',
      outcome: 'success',
      actor: { kind: 'user', id: owner.userId, tenantId: owner.tenantId },
      tenantId: owner.tenantId,
      resource: { type: 'client', id: client },
      origin: callerOf(context),
      details: { ...asked },
    });
  });
}

async function actorOf(interaction: EngineInteraction, deps: InteractionsDeps): Promise<Actor> {
  const account = interaction.session?.accountId;
  const person = account === undefined ? undefined : await deps.people.find(userId(account));
  return person ? { kind: 'user', id: person.id, tenantId: person.tenantId } : { kind: 'visitor' };
}

const DENIED = 'The person did not allow it';

/** An interaction that expired, ended, or belongs to another browser is an ending, not a fault. */
async function present<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (fault) {
    if (fault instanceof errors.SessionNotFound) return undefined;
    throw fault;
  }
}

async function onward(address: Promise<string>): Promise<Onward> {
  const found = await present(address);
  return found === undefined ? refused('gone') : done(found);
}

function interactionOf(found: EngineInteraction, client: RegisteredClient): Interaction {
  const redirectUri = String(found.params['redirect_uri']);
  const { host } = new URL(redirectUri);
  const loginHint = hintOf(found.params['login_hint']);
  const account = found.session?.accountId;
  return {
    uid: found.uid,
    prompt: found.prompt.name === 'consent' ? 'consent' : 'login',
    client: {
      id: client.id,
      name: client.name,
      ...(host && { host }),
      ...(client.tenantId && { tenantId: client.tenantId }),
    },
    ...(loginHint && { loginHint }),
    formTarget: formTargetOf(redirectUri),
    ...(account && { userId: userId(account) }),
    asked: askedOf(found),
  };
}

function hintOf(hint: unknown): string | undefined {
  if (typeof hint !== 'string' || hint.length > LONGEST_HINT || !isWritten(hint)) return undefined;
  return hint;
}

/** What a consent page lists: what was not granted yet, or, asked to ask again, all that is requested. */
function askedOf({ prompt, params }: EngineInteraction): Consent {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details as Missing;
  const { scope } = params;
  const requested = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
  const asksAgain = prompt.reasons.includes('consent_prompt') && !missingResourceScopes;
  return {
    scopes: missingOIDCScope ?? (asksAgain ? requested : []),
    claims: missingOIDCClaims ?? [],
    resources: missingResourceScopes ?? {},
  };
}

interface Missing {
  readonly missingOIDCScope?: readonly string[];
  readonly missingOIDCClaims?: readonly string[];
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
}
