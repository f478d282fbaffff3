import type { Clients, RegisteredClient } from '#src/features/clients/index.ts';
import type { Sessions } from '#src/features/sessions/index.ts';
import { callerOf } from '#src/http/caller.ts';
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
import type { ArtifactNames } from './names.ts';
import type { NoteBook } from './notes.ts';
import { plain } from './pages.ts';
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
  endSessionsForGood(provider, deps);
  nameSessionsByUid(provider);
  chainRefreshTokens(provider, deps);
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

/** Ending a session is written to Postgres before the store forgets it, so that nothing under way can revive it (F3). */
function endSessionsForGood(provider: Engine, { sessions, people }: ProviderDeps): void {
  const { destroy } = provider.Session.prototype;
  provider.Session.prototype.destroy = async function (this: EngineSession) {
    const person =
      this.accountId === undefined ? undefined : await people.find(userId(this.accountId));
    const context = Provider.ctx;
    if (person) {
      await sessions.end({
        tenantId: person.tenantId,
        userId: person.id,
        uid: this.uid,
        reason: 'sign-out',
        ...(context && { origin: callerOf(plain(context)) }),
      });
    }
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

/** A rotated token's successor is derived from it: an honest retry gets the same one (D9). */
function chainRefreshTokens(provider: Engine, { names }: ProviderDeps): void {
  const { generateTokenId } = provider.RefreshToken.prototype as unknown as IdMaker;
  (provider.RefreshToken.prototype as unknown as IdMaker).generateTokenId = function (
    this: unknown,
  ) {
    const parent = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    return parent ? names.successor(parent.jti) : generateTokenId.call(this);
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
