import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentScreen, isConsent } from '../screens/consent.ts';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import { signOutScreen } from '../screens/sign-out.ts';
import { type Stage, setStage } from './stage.ts';

const OFFLINE = 'openid profile email offline_access';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function scene() {
  const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
  const ada = stage.visitor();
  const tokens = await app.signIn(ada, person);
  return { app, person, ada, tokens, refreshToken: tokens.refresh_token ?? '' };
}

const refused = { error: 'invalid_grant' };

describe('a refresh token', () => {
  it('is worth new tokens about the same person, and another of its kind', async () => {
    const { app, person, tokens, refreshToken } = await scene();
    const renewed = await app.refresh(refreshToken);
    expect(renewed.access_token).not.toBe(tokens.access_token);
    expect(renewed.refresh_token).not.toBe(refreshToken);
    expect(renewed.claims()).toMatchObject({
      sub: person.id,
      email: person.email,
      auth_time: tokens.claims()?.auth_time,
      sid: tokens.claims()?.['sid'],
    });
    const told = await oidc.fetchUserInfo(app.provider, renewed.access_token, person.id);
    expect(told.sub).toBe(person.id);
  });

  it('has one successor, however many of its owner’s tries arrive at once', async () => {
    const { app, refreshToken } = await scene();
    const tries = await Promise.all(Array.from({ length: 8 }, () => app.refresh(refreshToken)));
    expect(new Set(tries.map((tokens) => tokens.refresh_token)).size).toBe(1);
  });

  it('lets an honest retry of the last seconds through, and no later use: that ends the family', async () => {
    const { app, refreshToken } = await scene();
    const first = await app.refresh(refreshToken);
    stage.clock.pass(9_000);
    expect((await app.refresh(refreshToken)).refresh_token).toBe(first.refresh_token);
    stage.clock.pass(2_000);
    await expect(app.refresh(refreshToken)).rejects.toMatchObject(refused);
    await expect(app.refresh(first.refresh_token ?? '')).rejects.toMatchObject(refused);
  });

  it('is worth nothing to another application', async () => {
    const { app, refreshToken } = await scene();
    const other = await stage.app();
    await expect(other.refresh(refreshToken)).rejects.toMatchObject(refused);
    expect((await app.refresh(refreshToken)).access_token).toEqual(expect.any(String));
  });

  it('ends a week after its last use', async () => {
    const { app, refreshToken } = await scene();
    stage.clock.pass(6 * 86_400_000);
    const renewed = await app.refresh(refreshToken);
    stage.clock.pass(6 * 86_400_000);
    const again = await app.refresh(renewed.refresh_token ?? '');
    stage.clock.pass(8 * 86_400_000);
    await expect(app.refresh(again.refresh_token ?? '')).rejects.toMatchObject(refused);
  });

  it('gets no scope that was not granted', async () => {
    const [app, person] = await Promise.all([
      stage.app({}, { scope: 'openid offline_access' }),
      stage.aUser(),
    ]);
    const tokens = await app.signIn(stage.visitor(), person);
    const more = app.refresh(tokens.refresh_token ?? '', { parameters: { scope: 'openid email' } });
    await expect(more).rejects.toMatchObject({ error: 'invalid_scope' });
  });

  it('outlives the session, where it was granted for when its owner is away', async () => {
    const { app, ada, tokens, refreshToken } = await scene();
    const question = await ada.open(app.signOutUrl({ id_token_hint: tokens.id_token ?? '' }), {
      from: app.home,
    });
    await signOutScreen(question).yes();
    expect((await app.refresh(refreshToken)).access_token).toEqual(expect.any(String));
  });
});

describe('offline_access', () => {
  it('is what brings a refresh token: without it there is none', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    expect(await app.signIn(stage.visitor(), person)).not.toHaveProperty('refresh_token');
  });

  it('needs no consent in an application of ours', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    const attempt = await app.ask();
    const asked = await stage.visitor().open(attempt.url, { from: app.home });
    const page = await signInScreen(asked).as(person);
    expect(page.url.origin).toBe(new URL(app.home).origin);
    expect((await app.finish(page, attempt)).refresh_token).toEqual(expect.any(String));
  });

  it('needs consent in an application of somebody else’s', async () => {
    const [app, person] = await Promise.all([
      stage.app({ firstParty: false }, { scope: OFFLINE }),
      stage.aUser(),
    ]);
    const attempt = await app.ask();
    const asked = await stage.visitor().open(attempt.url, { from: app.home });
    const question = await signInScreen(asked).as(person);
    expect(isConsent(question)).toBe(true);
    const tokens = await app.finish(await consentScreen(question).allow(), attempt);
    expect(tokens.refresh_token).toEqual(expect.any(String));
  });
});

describe('revocation', () => {
  it('ends a refresh token and what was got with it', async () => {
    const { app, person, tokens, refreshToken } = await scene();
    await oidc.tokenRevocation(app.provider, refreshToken);
    await expect(app.refresh(refreshToken)).rejects.toMatchObject(refused);
    const told = oidc.fetchUserInfo(app.provider, tokens.access_token, person.id);
    await expect(told).rejects.toMatchObject({ status: 401 });
  });

  it('ends an access token, if that is what is given', async () => {
    const { app, person, tokens } = await scene();
    await oidc.tokenRevocation(app.provider, tokens.access_token);
    const told = oidc.fetchUserInfo(app.provider, tokens.access_token, person.id);
    await expect(told).rejects.toMatchObject({ status: 401 });
  });

  it('does not let one application end another’s tokens, and is silent about what is none', async () => {
    const { app, refreshToken } = await scene();
    const other = await stage.app();
    await expect(oidc.tokenRevocation(other.provider, refreshToken)).rejects.toMatchObject({
      error: expect.any(String),
    });
    await expect(oidc.tokenRevocation(other.provider, 'no-such-token')).resolves.toBeUndefined();
    expect((await app.refresh(refreshToken)).access_token).toEqual(expect.any(String));
  });
});

describe('introspection', () => {
  it('tells an application about its own tokens', async () => {
    const { app, person, tokens, refreshToken } = await scene();
    for (const token of [tokens.access_token, refreshToken]) {
      expect(await oidc.tokenIntrospection(app.provider, token)).toMatchObject({
        active: true,
        sub: person.id,
        client_id: app.id,
        iss: stage.issuer,
        scope: OFFLINE,
      });
    }
  });

  it('tells nobody about another’s, as if there were none', async () => {
    const { tokens } = await scene();
    const other = await stage.app();
    for (const token of [tokens.access_token, 'no-such-token']) {
      expect(await oidc.tokenIntrospection(other.provider, token)).toEqual({ active: false });
    }
  });

  it('answers nobody who does not say who they are', async () => {
    const { tokens } = await scene();
    const body = new URLSearchParams({ token: tokens.access_token });
    const response = await fetch(new URL('/token/introspection', stage.url), {
      method: 'POST',
      body,
    });
    expect([400, 401]).toContain(response.status);
    expect(await response.json()).not.toHaveProperty('active');
  });

  it('knows that a token has ended', async () => {
    const { app, tokens } = await scene();
    stage.clock.pass(11 * 60_000);
    expect(await oidc.tokenIntrospection(app.provider, tokens.access_token)).toEqual({
      active: false,
    });
  });
});

describe('a session', () => {
  it('slides by a day, and ends a week after its sign-in', async () => {
    const { app, ada } = await scene();
    const visit = async () => {
      const { url } = await app.ask();
      return isSignIn(await ada.open(url, { from: app.home })) ? 'asked' : 'silent';
    };
    const visits: string[] = [];
    for (let day = 0; day < 8; day += 1) {
      stage.clock.pass(23 * 3_600_000);
      visits.push(await visit());
    }
    expect(visits).toEqual([...Array.from({ length: 7 }, () => 'silent'), 'asked']);
  });

  it('ends a day after it was last used', async () => {
    const { app, ada } = await scene();
    stage.clock.pass(24 * 3_600_000 + 1000);
    const { url } = await app.ask();
    expect(isSignIn(await ada.open(url, { from: app.home }))).toBe(true);
  });
});
