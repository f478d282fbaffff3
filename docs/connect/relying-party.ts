import * as oidc from 'openid-client';

/** How the application is known to the provider. */
export interface Registration {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  readonly scope: string;
  /** How the answer comes back: in the address, or in a form that the browser posts. */
  readonly responseMode?: 'query' | 'form_post';
  /** Lets an issuer be plain http: for trying things out on one machine only. */
  readonly allowHttp?: boolean;
  /** Reaches the provider; the built-in `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What has to be remembered, in that browser, between leaving for the provider and coming back. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Someone who signed in: the ID token, and what it says. */
export interface SignedIn {
  readonly idToken: string;
  readonly claims: oidc.IDToken;
}

export type RelyingParty = ReturnType<typeof createRelyingParty>;

/** The three steps of a web application: send the person away, take them back, and sign them out. */
export function createRelyingParty(registration: Registration) {
  const provider = remembered(() => discover(registration));

  return {
    /** The provider's endpoints, read once. */
    provider,

    /** Where to send the browser, and what to compare with when it is back. */
    async begin(): Promise<{ url: URL; checks: Checks }> {
      const checks = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(await provider(), {
        redirect_uri: registration.redirectUri,
        scope: registration.scope,
        response_mode: registration.responseMode ?? 'query',
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url, checks };
    },

    /** Trades the code for tokens. Throws when the answer is not the one to this browser's question. */
    async finish(answer: URL | Request, checks: Checks): Promise<SignedIn> {
      const tokens = await oidc.authorizationCodeGrant(await provider(), answer, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined)
        throw new Error('No ID token came.');
      return { idToken: tokens.id_token, claims };
    },

    /** Where to send the browser so that the person is signed out at the provider too. */
    async signOutUrl(idToken: string): Promise<URL> {
      return oidc.buildEndSessionUrl(await provider(), {
        id_token_hint: idToken,
        post_logout_redirect_uri: registration.postLogoutRedirectUri,
      });
    },
  };
}

async function discover(registration: Registration): Promise<oidc.Configuration> {
  return oidc.discovery(
    new URL(registration.issuer),
    registration.clientId,
    {},
    oidc.ClientSecretBasic(registration.clientSecret),
    {
      execute: registration.allowHttp ? [oidc.allowInsecureRequests] : [],
      [oidc.customFetch]: (registration.fetch ?? fetch) as oidc.CustomFetch,
    },
  );
}

/** Asks once and keeps the answer; a failure is not kept, so the next call asks again. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}
