import * as oidc from 'openid-client';
import { consentScreen, isConsent } from './screens/consent.ts';
import { type Credentials, isSignIn, signInScreen } from './screens/sign-in.ts';
import type { Page, Visitor } from './visitor.ts';

export interface RelyingAppOptions {
  readonly issuer: string;
  readonly client: { readonly id: string; readonly secret?: string };
  readonly redirectUri: string;
  /** How it proves itself; by its secret in the Authorization header, or not at all without one. */
  readonly authentication?: oidc.ClientAuth;
  readonly idTokenAlg?: string;
  readonly scope?: string;
  /** Reaches the provider; the built-in `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A question put to the provider, and what its answer is held against. */
export interface Attempt {
  readonly url: URL;
  readonly checks: oidc.AuthorizationCodeGrantChecks;
}

export type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;
export type Parameters = Readonly<Record<string, string>>;

export interface AskOptions {
  readonly parameters?: Parameters;
  /** Pushes the request first (RFC 9126). */
  readonly pushed?: boolean;
  readonly dpop?: oidc.DPoPHandle;
}

/** A relying application: openid-client against a running instance. */
export interface RelyingApp {
  readonly provider: oidc.Configuration;
  /** Its own address: where the links to the provider are followed from. */
  readonly home: string;
  ask(options?: AskOptions): Promise<Attempt>;
  /** Reads the answer that a page's address holds, and trades its code for tokens. */
  finish(page: Page, attempt: Attempt, dpop?: oidc.DPoPHandle): Promise<Tokens>;
  /** From the link at the application to its tokens, through whichever pages there are. */
  signIn(visitor: Visitor, person: Credentials, options?: AskOptions): Promise<Tokens>;
  refresh(
    refreshToken: string,
    options?: { parameters?: Parameters; dpop?: oidc.DPoPHandle },
  ): Promise<Tokens>;
  /** The address that signs out; `parameters` as the test wants them, and no others. */
  signOutUrl(parameters: Parameters): URL;
}

/** Discovers the provider as a real application does; every ID token is checked against its keys. */
export async function createRelyingApp(options: RelyingAppOptions): Promise<RelyingApp> {
  const provider = await discover(options);
  const ask = (asked?: AskOptions) => beginAt(provider, options, asked);
  const finish = (page: Page, attempt: Attempt, dpop?: oidc.DPoPHandle) =>
    oidc.authorizationCodeGrant(
      provider,
      page.url,
      attempt.checks,
      undefined,
      dpop && { DPoP: dpop },
    );
  const home = new URL('/', options.redirectUri).href;

  return {
    provider,
    home,
    ask,
    finish,
    async signIn(visitor, person, asked = {}) {
      const attempt = await ask(asked);
      const page = await throughPages(await visitor.open(attempt.url, { from: home }), person);
      return finish(page, attempt, asked.dpop);
    },
    refresh: (token, { parameters, dpop } = {}) =>
      oidc.refreshTokenGrant(provider, token, { ...parameters }, dpop && { DPoP: dpop }),
    signOutUrl(parameters) {
      const endpoint = provider.serverMetadata().end_session_endpoint;
      if (endpoint === undefined) throw new Error('The provider names no end_session_endpoint.');
      return new URL(`?${new URLSearchParams(parameters).toString()}`, endpoint);
    },
  };
}

/** Signs in where it is asked, allows where it is asked. */
export async function throughPages(page: Page, person: Credentials): Promise<Page> {
  const beyond = isSignIn(page) ? await signInScreen(page).as(person) : page;
  return isConsent(beyond) ? consentScreen(beyond).allow() : beyond;
}

async function discover(options: RelyingAppOptions): Promise<oidc.Configuration> {
  const { issuer, client, idTokenAlg } = options;
  return oidc.discovery(
    new URL(issuer),
    client.id,
    { ...(idTokenAlg !== undefined && { id_token_signed_response_alg: idTokenAlg }) },
    options.authentication ??
      (client.secret === undefined ? oidc.None() : oidc.ClientSecretBasic(client.secret)),
    {
      execute: [
        oidc.enableNonRepudiationChecks,
        ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
      ],
      [oidc.customFetch]: (options.fetch ?? fetch) as oidc.CustomFetch,
    },
  );
}

async function beginAt(
  provider: oidc.Configuration,
  { redirectUri, scope = 'openid profile email' }: RelyingAppOptions,
  { parameters = {}, pushed = false, dpop }: AskOptions = {},
): Promise<Attempt> {
  const checks = {
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    ...(parameters['max_age'] !== undefined && { maxAge: Number(parameters['max_age']) }),
  };
  const asked = {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  const url = pushed
    ? await oidc.buildAuthorizationUrlWithPAR(provider, asked, dpop && { DPoP: dpop })
    : oidc.buildAuthorizationUrl(provider, asked);
  return { url, checks };
}
