import type { Clients, RegisteredClient } from '#src/features/clients/index.ts';
import type { Sessions } from '#src/features/sessions/index.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { fromEpochSeconds } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import {
  type Engine,
  type EngineClient,
  type EngineContext,
  type EngineSession,
  Provider,
} from './engine.ts';
import { listening } from './listening.ts';
import type { ArtifactNames } from './names.ts';
import type { NoteBook } from './notes.ts';
import { spendRefreshTokensLast } from './rotation.ts';
import { configurationOf, type ProviderSettings, type SettingsDeps } from './settings.ts';
import { listen } from './trail.ts';

export interface ProviderDeps extends SettingsDeps {
  readonly clients: Pick<Clients, 'find' | 'holdsSecret'>;
  readonly sessions: Pick<Sessions, 'end'>;
  readonly store: EphemeralStore;
  readonly names: ArtifactNames;
  readonly notes: NoteBook;
  readonly clock: Clock;
}

/**
 * Builds the engine for one set of keys (D10): the configuration, and the few methods of its models
 * that decide what the engine leaves to its stores. Costs about two milliseconds.
 */
export function createProvider(settings: ProviderSettings, deps: ProviderDeps): Engine {
  const provider = new Provider(settings.issuer, configurationOf(settings, deps));
  provider.proxy = true;
  buildClientsOnce(provider, deps);
  keepSecretsDigested(provider, deps);
  tellApplicationsLater(provider, deps);
  endSessionsForGood(provider, deps);
  nameSessionsByUid(provider);
  chainRefreshTokens(provider, deps);
  spendRefreshTokensLast(provider, deps.notes);
  detectReplaysAtomically(provider, deps);
  offerOfflineAccess(provider);
  listen(provider, deps.notes);
  return provider;
}

/** A client that the clients' room remembers is the one it was: the engine would write it out and hash it to find that. */
function buildClientsOnce(provider: Engine, { clients }: ProviderDeps): void {
  const { Client } = provider;
  const find = Client.find.bind(Client);
  const built = new WeakMap<RegisteredClient, EngineClient>();
  Client.find = async (id: string) => {
    const registered = await clients.find(id);
    const known = registered && built.get(registered);
    if (known) return known;
    const client = await find(id);
    if (registered && client) built.set(registered, client);
    return client;
  };
}

/** Secrets are compared by the clients' room, as digests, two at once (D10). */
function keepSecretsDigested(provider: Engine, { clients }: ProviderDeps): void {
  provider.Client.prototype.compareClientSecret = async function (this, actual: string) {
    const client = await clients.find(this.clientId);
    return client !== undefined && clients.holdsSecret(client, actual);
  };
}

/**
 * The engine would call the applications at once, before the session's end is written, and once. Whom it
 * would call is noted instead; what is told, and when, is the outbox's business (R7.5, ADR 0039).
 */
function tellApplicationsLater(provider: Engine, { notes }: ProviderDeps): void {
  const prototype = provider.Client.prototype as unknown as Told;
  prototype[TELL] = prototype.backchannelLogout;
  prototype.backchannelLogout = async function (this: Told & EngineClient, userId, sid = '') {
    notes.current()?.toTell.push({ clientId: this.clientId, userId, sid });
  };
}

/** Where the engine's own way of calling an application is kept. */
const TELL = Symbol('tell');

interface Told {
  backchannelLogout(userId: string, sid?: string): Promise<void>;
  [TELL](userId: string, sid?: string): Promise<void>;
}

/** Calls an application with a logout token, once; throws where it was not reached, or did not take it. */
export function tellApplication(
  client: EngineClient,
  { userId, sid }: { readonly userId: string; readonly sid?: string },
): Promise<void> {
  return (client as unknown as Told)[TELL](userId, sid);
}

/** Ending a session is written to Postgres before the store forgets it, so that nothing under way can revive it (F3). */
function endSessionsForGood(provider: Engine, deps: ProviderDeps): void {
  const { sessions, people, notes } = deps;
  const { destroy } = provider.Session.prototype;
  provider.Session.prototype.destroy = async function (this: EngineSession) {
    const person =
      this.accountId === undefined ? undefined : await people.find(userId(this.accountId));
    const noted = notes.current();
    // All that the engine would have told, and those it would not have: not every end is its sign-out.
    noted?.toTell.splice(0);
    const clients = await listening(deps.clients, Object.keys(this.authorizations ?? {}));
    if (person) {
      await sessions.end({
        tenantId: person.tenantId,
        userId: person.id,
        uid: this.uid,
        reason: 'sign-out',
        clients,
        ...(noted && { origin: noted.caller }),
      });
    }
    if (noted) noted.told = clients;
    await destroy.call(this);
  };
}

/** `sid` is the session's uid, for every client alike: what our own API asks after (R3.5), and no credential (ADR 0028). */
function nameSessionsByUid(provider: Engine): void {
  provider.Session.prototype.ensureClientContainer = function (
    this: EngineSession,
    clientId: string,
  ) {
    if (!this.sidFor(clientId)) this.sidFor(clientId, this.uid);
  };
  provider.Client.prototype.includeSid = () => true;
}

/**
 * A refresh token is derived from what it came of. An honest retry gets the same successor (D9); and a code brings
 * one once, though the store may have forgotten that it was redeemed: Postgres has the token already.
 */
function chainRefreshTokens(provider: Engine, { names }: ProviderDeps): void {
  const { generateTokenId } = provider.RefreshToken.prototype as unknown as IdMaker;
  (provider.RefreshToken.prototype as unknown as IdMaker).generateTokenId = function (
    this: unknown,
  ) {
    const { RotatedRefreshToken: parent, AuthorizationCode: code } =
      Provider.ctx?.oidc.entities ?? {};
    const origin = parent ?? code;
    return origin ? names.successor(origin.jti) : generateTokenId.call(this);
  };
}

interface IdMaker {
  generateTokenId(): string;
}

/** A `jti` is new to exactly one of any number of simultaneous callers: DPoP proofs and client assertions. */
function detectReplaysAtomically(provider: Engine, { store, names }: ProviderDeps): void {
  provider.ReplayDetection.unique = (issuer: string, jti: string, expiresAt: number) =>
    store.create(names.key('ReplayDetection', JSON.stringify([issuer, jti])), {
      value: '',
      expiresAt: fromEpochSeconds(expiresAt + 1),
    });
}

/**
 * `offline_access` holds without `prompt=consent`: OpenID Connect Core §11 lets a provider know
 * otherwise that it was consented to, and ours does (consents.ts). The engine drops the scope unless
 * `consent` is among the prompts, and looks that up before it checks the redirect URI.
 */
function offerOfflineAccess(provider: Engine): void {
  const prototype = (provider as unknown as { OIDCContext: { prototype: object } }).OIDCContext
    .prototype;
  const original = Object.getOwnPropertyDescriptor(prototype, 'prompts')?.get;
  if (!original) throw new TypeError('The engine lost a getter that ours builds on');
  Object.defineProperty(prototype, 'prompts', {
    configurable: true,
    get(this: EngineContext['oidc']) {
      const prompts = original.call(this) as Set<string>;
      if (this.redirectUriCheckPerformed) return prompts;
      const has = prompts.has.bind(prompts);
      prompts.has = (prompt) => prompt === 'consent' || has(prompt);
      return prompts;
    },
  });
}
