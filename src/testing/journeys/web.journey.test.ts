import * as jose from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { throughPages } from '../relying-app.ts';
import { errorCodeOn } from '../screens/problem.ts';
import { isSignIn } from '../screens/sign-in.ts';
import { answerOn, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

describe('a web application with a secret', () => {
  it.each([
    { way: 'basic', authentication: oidc.ClientSecretBasic },
    { way: 'post', authentication: oidc.ClientSecretPost },
  ])('sends it as $way, whichever it likes', async ({ authentication }) => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const same = await stage.again(app, { authentication: authentication(app.secret) });
    const tokens = await same.signIn(stage.visitor(), person);
    expect(tokens.claims()?.sub).toBe(person.id);
  });

  it('is refused with another secret, with none, and in the name of another', async () => {
    const [app, other, person] = await Promise.all([stage.app(), stage.app(), stage.aUser()]);
    const impostors = [
      oidc.ClientSecretBasic('guess'),
      oidc.ClientSecretBasic(other.secret),
      oidc.ClientSecretPost('guess'),
      oidc.None(),
    ];
    for (const authentication of impostors) {
      const impostor = await stage.again(app, { authentication });
      await expect(impostor.signIn(stage.visitor(), person)).rejects.toMatchObject({ status: 401 });
    }
  });

  it('reads who signed in from the ID token, which is RS256 unless it wants ES256', async () => {
    const person = await stage.aUser({ name: 'Grace Hopper', role: 'tenant_admin' });
    for (const idTokenAlg of ['RS256', 'ES256']) {
      const app = await stage.app(idTokenAlg === 'RS256' ? {} : { idTokenAlg });
      const tokens = await app.signIn(stage.visitor(), person);
      expect(jose.decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({
        alg: idTokenAlg,
        kid: expect.any(String),
      });
      expect(tokens.claims()).toMatchObject({
        iss: stage.issuer,
        aud: app.id,
        sub: person.id,
        name: 'Grace Hopper',
        email: person.email,
        email_verified: true,
        updated_at: expect.any(Number),
        tenant_id: person.tenantId,
        roles: ['tenant_admin'],
        sid: expect.any(String),
        auth_time: expect.any(Number),
        acr: expect.any(String),
        amr: ['pwd'],
      });
    }
  });

  it('is told at UserInfo only, if it asked for that', async () => {
    const person = await stage.aUser();
    const app = await stage.app({ claimsAtUserinfo: true });
    const tokens = await app.signIn(stage.visitor(), person);
    expect(tokens.claims()).not.toHaveProperty('email');
    expect(tokens.claims()).not.toHaveProperty('name');
    expect(tokens.claims()).toHaveProperty('tenant_id', person.tenantId);
    const told = await oidc.fetchUserInfo(app.provider, tokens.access_token, person.id);
    expect(told).toMatchObject({ sub: person.id, name: person.name, email: person.email });
  });

  it('is told no more than the scopes it was granted', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: 'openid' }), stage.aUser()]);
    const tokens = await app.signIn(stage.visitor(), person);
    const told = await oidc.fetchUserInfo(app.provider, tokens.access_token, person.id);
    for (const claims of [tokens.claims(), told]) {
      expect(claims).not.toHaveProperty('email');
      expect(claims).not.toHaveProperty('name');
    }
  });

  it('may ask for single claims', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: 'openid' }), stage.aUser()]);
    const claims = JSON.stringify({ id_token: { name: { essential: true } } });
    const tokens = await app.signIn(stage.visitor(), person, { parameters: { claims } });
    expect(tokens.claims()).toMatchObject({ name: person.name });
    expect(tokens.claims()).not.toHaveProperty('email');
  });

  it('gets its answer in a form, if it asked for that', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const attempt = await app.ask({ parameters: { response_mode: 'form_post' } });
    const asked = await stage.visitor().open(attempt.url, { from: app.home });
    const form = await throughPages(asked, person);
    expect(form.read('form', 'action')).toBe(app.redirectUri);
    expect(form.read('input[name=state]', 'value')).toBe(attempt.checks.expectedState);
    expect(form.read('input[name=iss]', 'value')).toBe(stage.issuer);
    expect(form.read('input[name=code]', 'value')).toEqual(expect.any(String));
  });

  it('is told who answers, in every answer (RFC 9207), with the registered query kept', async () => {
    const redirectUri = 'https://dashboard.example/callback?from=avian';
    const [app, person] = await Promise.all([
      stage.app({ redirectUris: [redirectUri] }),
      stage.aUser(),
    ]);
    const attempt = await app.ask();
    const asked = await stage.visitor().open(attempt.url, { from: app.home });
    const page = await throughPages(asked, person);
    expect(answerOn(page)).toMatchObject({
      from: 'avian',
      iss: stage.issuer,
      state: attempt.checks.expectedState,
    });
    // openid-client leaves the query out of the redirect_uri that it repeats; this one is asked by hand.
    const response = await fetch(new URL('/token', stage.url), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: page.url.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: String(attempt.checks.pkceCodeVerifier),
        client_id: app.id,
        client_secret: app.secret ?? '',
      }),
    });
    expect(response.status).toBe(200);
  });

  it('needs PKCE, unless it is registered as one that cannot do it', async () => {
    const [app, old, person] = await Promise.all([
      stage.app(),
      stage.app({ requirePkce: false }),
      stage.aUser(),
    ]);
    const bare = (id: string, redirectUri: string) =>
      `${stage.issuer}/auth?${new URLSearchParams({ client_id: id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state: 's' }).toString()}`;
    const refused = await stage.visitor().open(bare(app.id, app.redirectUri), { from: app.home });
    expect(answerOn(refused)).toMatchObject({
      error: 'invalid_request',
      state: 's',
      iss: stage.issuer,
    });

    const page = await stage.visitor().open(bare(old.id, old.redirectUri), { from: old.home });
    const answer = await throughPages(page, person);
    const tokens = await oidc.authorizationCodeGrant(old.provider, answer.url, {
      expectedState: 's',
    });
    expect(tokens.claims()?.sub).toBe(person.id);
  });

  it('proves itself by a key, if it has one, and then by nothing else', async () => {
    const [{ privateKey, publicKey }, person] = await Promise.all([
      jose.generateKeyPair('ES256', { extractable: true }),
      stage.aUser(),
    ]);
    const jwks = { keys: [{ ...(await jose.exportJWK(publicKey)), alg: 'ES256', kid: 'k1' }] };
    const authentication = oidc.PrivateKeyJwt({ key: privateKey, kid: 'k1' });
    const app = await stage.app({ jwks }, { authentication });
    expect(app.secret).toBeUndefined();
    expect((await app.signIn(stage.visitor(), person)).claims()?.sub).toBe(person.id);

    const stranger = await jose.generateKeyPair('ES256');
    const impostor = await stage.again(app, {
      authentication: oidc.PrivateKeyJwt({ key: stranger.privateKey, kid: 'k1' }),
    });
    await expect(impostor.signIn(stage.visitor(), person)).rejects.toMatchObject({
      error: 'invalid_client',
    });
  });

  it('may send its request by POST', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const attempt = await app.ask();
    const response = await fetch(new URL('/auth', stage.url), {
      method: 'POST',
      redirect: 'manual',
      body: attempt.url.searchParams,
    });
    expect(response.status).toBe(303);
    const there = new URL(response.headers.get('location') ?? '', stage.issuer);
    const page = await throughPages(await stage.visitor().open(there, { from: app.home }), person);
    expect((await app.finish(page, attempt)).claims()?.sub).toBe(person.id);
  });
});

describe('a code', () => {
  it('is worth tokens once; a second use ends what the first one got', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const attempt = await app.ask();
    const page = await throughPages(
      await stage.visitor().open(attempt.url, { from: app.home }),
      person,
    );
    const tokens = await app.finish(page, attempt);
    await expect(app.finish(page, attempt)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(
      oidc.fetchUserInfo(app.provider, tokens.access_token, person.id),
    ).rejects.toMatchObject({ status: 401 });
  });

  it('is worth nothing to another application, without its verifier, or after a minute', async () => {
    const [app, other, person] = await Promise.all([stage.app(), stage.app(), stage.aUser()]);
    const ada = stage.visitor();
    const arrive = async () => {
      const attempt = await app.ask();
      return {
        attempt,
        page: await throughPages(await ada.open(attempt.url, { from: app.home }), person),
      };
    };
    const stolen = await arrive();
    await expect(other.finish(stolen.page, stolen.attempt)).rejects.toMatchObject({
      error: 'invalid_grant',
    });

    const unproven = await arrive();
    const { pkceCodeVerifier: _, ...checks } = unproven.attempt.checks;
    await expect(app.finish(unproven.page, { ...unproven.attempt, checks })).rejects.toMatchObject({
      error: 'invalid_grant',
    });

    const late = await arrive();
    stage.clock.pass(66_000);
    await expect(app.finish(late.page, late.attempt)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('a request that cannot be answered', () => {
  it.each([
    ['an address that is not registered', { redirect_uri: 'https://evil.example/callback' }],
    ['a longer address', { redirect_uri: 'https://dashboard.example/callback/more' }],
    ['an unknown application', { client_id: 'nobody' }],
  ])('for %s, ends on a page of ours that names the error', async (_, parameters) => {
    const app = await stage.app({ redirectUris: ['https://dashboard.example/callback'] });
    const { url } = await app.ask({ parameters });
    const page = await stage.visitor().open(url, { from: app.home });
    expect(page.url.origin).toBe(stage.issuer);
    expect(page.status).toBe(400);
    expect(errorCodeOn(page)).toMatch(/^invalid_/);
  });

  it.each([
    [
      'a response type that is not the code',
      { response_type: 'token' },
      /unsupported_response_type|unauthorized_client/,
    ],
    [
      'a scope it was not registered for',
      { scope: 'openid profile email offline_access' },
      /invalid_scope/,
    ],
    ['a plain challenge', { code_challenge_method: 'plain' }, /invalid_request/],
    ['a resource it may not reach', { resource: 'https://other.example' }, /invalid_target/],
  ])('for %s, tells the application', async (_, parameters, error) => {
    const app = await stage.app({ scopes: ['openid', 'profile', 'email'] });
    const attempt = await app.ask({ parameters });
    const page = await stage.visitor().open(attempt.url, { from: app.home });
    const answer = answerOn({
      url: new URL(page.url.hash ? page.url.href.replace('#', '?') : page.url.href),
    });
    expect(page.url.origin).toBe(new URL(app.redirectUri).origin);
    expect(answer).toMatchObject({
      error: expect.stringMatching(error),
      state: attempt.checks.expectedState,
      iss: stage.issuer,
    });
  });

  it('is not disturbed by what it does not know', async () => {
    const app = await stage.app();
    const { url } = await app.ask({
      parameters: { extra: 'foobar', display: 'popup', ui_locales: 'xx-yy' },
    });
    expect(isSignIn(await stage.visitor().open(url, { from: app.home }))).toBe(true);
  });
});
