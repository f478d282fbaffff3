import * as oidc from 'openid-client';

/** A page that signs people in by itself: no server of its own, and so no secret. */
const settings = await (await fetch('/settings.json')).json();
const redirectUri = `${location.origin}/`;
const show = (id, ...words) => {
  document.getElementById(id).textContent = words.join(' ');
};

const provider = await oidc.discovery(
  new URL(settings.issuer),
  settings.clientId,
  undefined,
  oidc.None(),
  {
    execute: settings.allowHttp ? [oidc.allowInsecureRequests] : [],
  },
);

/** Leaves for the provider; what must be compared on return waits in this tab's storage. */
async function signIn() {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  };
  sessionStorage.setItem('checks', JSON.stringify(checks));
  location.assign(
    oidc.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
    }),
  );
}

/** Comes back: trades the code for tokens, which stay in this page's memory and nowhere else. */
async function finish() {
  const checks = JSON.parse(sessionStorage.getItem('checks') ?? '{}');
  sessionStorage.removeItem('checks');
  const tokens = await oidc.authorizationCodeGrant(provider, new URL(location.href), checks);
  history.replaceState(null, '', '/');
  return { tokens, claims: tokens.claims() };
}

/** A new access token without leaving the page; the refresh token changes each time. */
async function refresh(person) {
  const tokens = await oidc.refreshTokenGrant(provider, person.tokens.refresh_token);
  return { ...person, tokens };
}

function signOut(person) {
  location.assign(
    oidc.buildEndSessionUrl(provider, {
      id_token_hint: person.tokens.id_token,
      post_logout_redirect_uri: redirectUri,
    }),
  );
}

async function start() {
  document.getElementById('sign-in').addEventListener('click', signIn);
  const answered = new URLSearchParams(location.search);
  if (!answered.has('code') && !answered.has('error')) {
    show('title', 'You are not signed in');
    return;
  }
  let person = await finish();
  show('title', 'Hello,', person.claims.name);
  show('email', person.claims.email);
  document.body.classList.add('signed-in');
  document.getElementById('sign-out').addEventListener('click', () => signOut(person));
  document.getElementById('refresh').addEventListener('click', async () => {
    person = await refresh(person);
    const { name } = await oidc.fetchUserInfo(
      provider,
      person.tokens.access_token,
      person.claims.sub,
    );
    show('refreshed', 'Fresh tokens for', name);
  });
}

await start().catch((error) => {
  show('title', 'Signing in did not work');
  show('problem', error.error ?? error.message);
});
