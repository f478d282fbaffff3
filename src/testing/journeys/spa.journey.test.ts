import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { throughPages } from '../relying-app.ts';
import { consentScreen, isConsent } from '../screens/consent.ts';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import { signOutScreen } from '../screens/sign-out.ts';
import { type App, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const OFFLINE = 'openid profile email offline_access';

/** What the browser of a page at `origin` would send and be let to read. */
async function call(origin: string, path: string, { headers = {}, ...init }: Call = {}) {
  const response = await fetch(new URL(path, stage.url), {
    ...init,
    headers: { ...headers, origin },
  });
  const readable = response.headers.get('access-control-allow-origin');
  return { status: response.status, readable };
}

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
}

async function codeRequest(
  app: App,
  person: { email: string; password: string },
): Promise<URLSearchParams> {
  const attempt = await app.ask();
  const page = await throughPages(
    await stage.visitor().open(attempt.url, { from: app.home }),
    person,
  );
  return new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: app.id,
    code: page.url.searchParams.get('code') ?? '',
    redirect_uri: app.redirectUri,
    code_verifier: String(attempt.checks.pkceCodeVerifier),
  });
}

describe('a single-page application', () => {
  it('signs people in without a secret', async () => {
    const [app, person] = await Promise.all([stage.app({ kind: 'spa' }), stage.aUser()]);
    expect(app.secret).toBeUndefined();
    const tokens = await app.signIn(stage.visitor(), person);
    expect(tokens.claims()).toMatchObject({ sub: person.id, email: person.email });
  });

  it('reads the token endpoint’s answer from its own origin', async () => {
    const [app, person] = await Promise.all([stage.app({ kind: 'spa' }), stage.aUser()]);
    const origin = new URL(app.redirectUri).origin;
    const body = await codeRequest(app, person);
    expect(await call(origin, '/token', { method: 'POST', body })).toEqual({
      status: 200,
      readable: origin,
    });
  });

  it('is not read from another origin', async () => {
    const [app, person] = await Promise.all([stage.app({ kind: 'spa' }), stage.aUser()]);
    const body = await codeRequest(app, person);
    const { readable } = await call('https://evil.example', '/token', { method: 'POST', body });
    expect(readable).toBeNull();
  });

  it('reads UserInfo from its own origin and from no other', async () => {
    const [app, person] = await Promise.all([stage.app({ kind: 'spa' }), stage.aUser()]);
    const { access_token: token } = await app.signIn(stage.visitor(), person);
    const origin = new URL(app.redirectUri).origin;
    const headers = { authorization: `Bearer ${token}` };
    expect(await call(origin, '/me', { headers })).toEqual({ status: 200, readable: origin });
    expect((await call('https://evil.example', '/me', { headers })).readable).toBeNull();
  });

  it('stays signed in without asking for consent', async () => {
    const [app, person] = await Promise.all([
      stage.app({ kind: 'spa' }, { scope: OFFLINE }),
      stage.aUser(),
    ]);
    const attempt = await app.ask();
    const asked = await stage.visitor().open(attempt.url, { from: app.home });
    const tokens = await app.finish(await signInScreen(asked).as(person), attempt);
    const renewed = await app.refresh(tokens.refresh_token ?? '');
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
    expect(renewed.claims()?.sub).toBe(person.id);
  });

  it('of somebody else’s is asked about everything but that', async () => {
    const [app, person] = await Promise.all([
      stage.app({ kind: 'spa', firstParty: false }, { scope: OFFLINE }),
      stage.aUser(),
    ]);
    const attempt = await app.ask();
    const asked = await stage.visitor().open(attempt.url, { from: app.home });
    const question = consentScreen(await signInScreen(asked).as(person));
    expect(question.text).toMatch(/your email address/i);
    expect(question.text).not.toMatch(/while you are away/i);
    const tokens = await app.finish(await question.allow(), attempt);
    expect(tokens.refresh_token).toEqual(expect.any(String));
  });

  it('holds tokens that end with the session', async () => {
    const [app, person] = await Promise.all([
      stage.app({ kind: 'spa' }, { scope: OFFLINE }),
      stage.aUser(),
    ]);
    const ada = stage.visitor();
    const tokens = await app.signIn(ada, person);
    const question = await ada.open(app.signOutUrl({ id_token_hint: tokens.id_token ?? '' }), {
      from: app.home,
    });
    await signOutScreen(question).yes();
    await expect(app.refresh(tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(
      oidc.fetchUserInfo(app.provider, tokens.access_token, person.id),
    ).rejects.toMatchObject({ status: 401 });
  });

  it('cannot do without PKCE', async () => {
    const app = await stage.app({ kind: 'spa' });
    const { url } = await app.ask();
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const page = await stage.visitor().open(url, { from: app.home });
    expect(page.url.searchParams.get('error')).toBe('invalid_request');
    expect(isSignIn(page) || isConsent(page)).toBe(false);
  });
});
