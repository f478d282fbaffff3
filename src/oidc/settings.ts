import { ACR_PASSWORD } from '#src/features/sign-in/index.ts';
import type { CookieSigner } from '#src/infra/crypto/cookie-signer.ts';
import type { SigningKey } from '#src/infra/crypto/keys.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { CLAIMS, createFindAccount, type People } from './account.ts';
import { OPENID_SCOPES, OWN_METADATA, ownMetadata } from './client-metadata.ts';
import { type ConsentDeps, createLoadGrant } from './consents.ts';
import { PROOF_ALGORITHMS } from './dpop.ts';
import { type Adapter, type Configuration, type EngineClient, errors } from './engine.ts';
import { createFetch } from './fetch.ts';
import type { Screens } from './pages.ts';
import { createPrompts } from './prompts.ts';
import { EngineKey } from './signing-key.ts';
import {
  createExtraClaims,
  createRefreshLifetime,
  createSessionLifetime,
  defaultResource,
  LIFETIMES,
  resourceServerInfo,
} from './tokens.ts';

/** What an operator decides about the provider. */
export interface ProviderSettings {
  /** The bare origin, without a trailing slash (D1). */
  readonly issuer: string;
  readonly sameSite: 'strict' | 'lax';
  readonly secure: boolean;
  /** Hosts and CIDRs that back-channel calls may reach though they are not public. */
  readonly fetchAllow: readonly string[];
}

export interface SettingsDeps extends ConsentDeps {
  readonly adapter: (model: string) => Adapter;
  readonly people: People;
  readonly clock: Clock;
  readonly screens: Screens;
  readonly cookieSigner: CookieSigner;
  readonly dpopNonceKey: Buffer;
  readonly keys: readonly SigningKey[];
}

const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
const SIGNED = ['RS256', 'ES256'] as const;

/** Everything the engine is told. Pure: the same settings and parts give the same configuration. */
export function configurationOf(settings: ProviderSettings, deps: SettingsDeps): Configuration {
  return {
    adapter: deps.adapter,
    jwks: { keys: deps.keys.map((key) => new EngineKey(key)) },
    cookies: cookiesOf(settings, deps.cookieSigner),
    ...protocol(),
    ...identity(deps),
    ...lifetimes(deps.clock),
    features: featuresOf(deps),
    clientBasedCORS: (_context, origin, client) =>
      ownMetadata(client).avian_cors_origins.includes(origin),
    extraClientMetadata: { properties: [...OWN_METADATA] },
    interactions: {
      policy: createPrompts(),
      url: (_context, interaction) => `/interaction/${interaction.uid}`,
    },
    renderError: deps.screens.error,
    fetch: createFetch(settings.fetchAllow) as NonNullable<Configuration['fetch']>,
  };
}

/** Names and flags of the provider's cookies: `__Host-` for the session, `__Secure-` for those bound to a path. */
export function cookieNames(secure: boolean) {
  return {
    session: secure ? '__Host-avian-session' : 'avian-session',
    interaction: secure ? '__Secure-avian-interaction' : 'avian-interaction',
    resume: secure ? '__Secure-avian-resume' : 'avian-resume',
  };
}

function cookiesOf({ sameSite, secure }: ProviderSettings, signer: CookieSigner) {
  const flags = { httpOnly: true, sameSite, secure, signed: true, overwrite: true };
  return {
    names: cookieNames(secure),
    keys: signer as unknown as string[],
    long: { ...flags, path: '/' },
    short: flags,
  };
}

/** RFC 9700: the code flow alone, with PKCE, exact redirect URIs and asymmetric signatures (R21.4, D16). */
function protocol(): Configuration {
  return {
    responseTypes: ['code'],
    pkce: { required: (_context, client) => ownMetadata(client).avian_require_pkce },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: [...ASYMMETRIC],
      dPoPSigningAlgValues: [...PROOF_ALGORITHMS],
      idTokenSigningAlgValues: [...SIGNED],
    },
    clockTolerance: 5,
    scopes: [...OPENID_SCOPES],
    acrValues: [ACR_PASSWORD],
    subjectTypes: ['public'],
    conformIdTokenClaims: false,
    issueRefreshToken: (_context, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    rotateRefreshToken: true,
    expiresWithSession: (context, source) =>
      !source.scopes.has('offline_access') || isSinglePage(context.oidc.client),
    discovery: { service_documentation: undefined, claim_types_supported: ['normal'] },
  };
}

/** A single-page application's tokens live in a browser: they end with the browser's session (RFC 9700 §4.14). */
function isSinglePage(client: EngineClient | undefined): boolean {
  return client !== undefined && ownMetadata(client).avian_kind === 'spa';
}

function identity(deps: SettingsDeps): Configuration {
  return {
    findAccount: createFindAccount(deps.people),
    claims: CLAIMS,
    loadExistingGrant: createLoadGrant(deps),
    extraTokenClaims: createExtraClaims(deps.people) as NonNullable<
      Configuration['extraTokenClaims']
    >,
  };
}

function lifetimes(clock: Clock): Configuration {
  return {
    ttl: {
      AccessToken: LIFETIMES.accessToken,
      ClientCredentials: LIFETIMES.accessToken,
      IdToken: LIFETIMES.idToken,
      AuthorizationCode: LIFETIMES.authorizationCode,
      Interaction: LIFETIMES.interaction,
      Grant: LIFETIMES.grant,
      RefreshToken: createRefreshLifetime(clock),
      Session: createSessionLifetime(clock),
    },
  };
}

function featuresOf({
  screens,
  dpopNonceKey,
}: SettingsDeps): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: false },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true, nonceSecret: dpopNonceKey, requireNonce: () => false },
    userinfo: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource,
      useGrantedResource: () => true,
      getResourceServerInfo: resourceServerInfo,
    },
    introspection: {
      enabled: true,
      allowedPolicy: (_c, client, token) => token.clientId === client.clientId,
    },
    revocation: { enabled: true, allowedPolicy: mayRevoke },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: screens.logout,
      postLogoutSuccessSource: screens.signedOut,
    },
  };
}

/** RFC 7009 §2.1: a token of another client's is refused, and the caller is told. */
function mayRevoke(
  _context: unknown,
  client: EngineClient,
  token: { readonly clientId?: string | undefined },
): true {
  if (token.clientId === client.clientId) return true;
  throw new errors.InvalidRequest('client is not authorized to revoke the presented token');
}
