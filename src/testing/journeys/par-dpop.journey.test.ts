import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { throughPages } from '../relying-app.ts';
import { errorCodeOn } from '../screens/problem.ts';
import { isSignIn } from '../screens/sign-in.ts';
import { type App, answerOn, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const handle = async (app: App) =>
  oidc.getDPoPHandle(app.provider, await oidc.randomDPoPKeyPair('ES256'));

async function scene() {
  const [app, person] = await Promise.all([
    stage.app(
      { requirePar: true, dpopBound: true },
      { scope: 'openid profile email offline_access' },
    ),
    stage.aUser(),
  ]);
  return { app, person, dpop: await handle(app) };
}

describe('a pushed authorization request', () => {
  it('signs people in, and shows nothing of what is asked in the address', async () => {
    const { app, person, dpop } = await scene();
    const attempt = await app.ask({ pushed: true, dpop });
    expect(Object.keys(answerOn(attempt)).toSorted()).toEqual(['client_id', 'request_uri']);
    const page = await throughPages(
      await stage.visitor().open(attempt.url, { from: app.home }),
      person,
    );
    expect((await app.finish(page, attempt, dpop)).claims()?.sub).toBe(person.id);
  });

  it('is the only kind that an application registered for it may send', async () => {
    const { app } = await scene();
    const { url } = await app.ask();
    const page = await stage.visitor().open(url, { from: app.home });
    const error = page.url.searchParams.get('error') ?? errorCodeOn(page);
    expect(error).toBe('invalid_request');
    expect(isSignIn(page)).toBe(false);
  });

  it('is good once, and for a minute', async () => {
    const { app, person, dpop } = await scene();
    const attempt = await app.ask({ pushed: true, dpop });
    await throughPages(await stage.visitor().open(attempt.url, { from: app.home }), person);
    const again = await stage.visitor().open(attempt.url, { from: app.home });
    expect(errorCodeOn(again)).toMatch(/^invalid_request/);

    const late = await app.ask({ pushed: true, dpop });
    stage.clock.pass(66_000);
    expect(errorCodeOn(await stage.visitor().open(late.url, { from: app.home }))).toMatch(
      /^invalid_request/,
    );
  });

  it('belongs to the application that pushed it', async () => {
    const { app, dpop } = await scene();
    const other = await stage.app();
    const attempt = await app.ask({ pushed: true, dpop });
    attempt.url.searchParams.set('client_id', other.id);
    const page = await stage.visitor().open(attempt.url, { from: other.home });
    expect(isSignIn(page)).toBe(false);
    expect(page.url.searchParams.get('error') ?? errorCodeOn(page)).toMatch(/^invalid_request/);
  });
});

describe('a token bound to a key (DPoP)', () => {
  it('opens UserInfo with a proof by that key', async () => {
    const { app, person, dpop } = await scene();
    const tokens = await app.signIn(stage.visitor(), person, { pushed: true, dpop });
    expect(tokens.token_type).toBe('dpop');
    const told = await oidc.fetchUserInfo(app.provider, tokens.access_token, person.id, {
      DPoP: dpop,
    });
    expect(told.sub).toBe(person.id);
  });

  it('is refused as a bearer, and with a proof by another key', async () => {
    const { app, person, dpop } = await scene();
    const { access_token: token } = await app.signIn(stage.visitor(), person, {
      pushed: true,
      dpop,
    });
    const bearer = oidc.fetchUserInfo(app.provider, token, person.id);
    await expect(bearer).rejects.toMatchObject({ status: 401 });
    const thief = oidc.fetchUserInfo(app.provider, token, person.id, { DPoP: await handle(app) });
    await expect(thief).rejects.toMatchObject({ status: 401 });
  });

  it('comes for a code with a proof only', async () => {
    const { app, person, dpop } = await scene();
    const attempt = await app.ask({ pushed: true, dpop });
    const page = await throughPages(
      await stage.visitor().open(attempt.url, { from: app.home }),
      person,
    );
    await expect(app.finish(page, attempt)).rejects.toMatchObject({
      error: expect.stringMatching(/^invalid_/),
    });
  });

  it('is renewed with a proof, and not without', async () => {
    const { app, person, dpop } = await scene();
    const tokens = await app.signIn(stage.visitor(), person, { pushed: true, dpop });
    const bare = app.refresh(tokens.refresh_token ?? '');
    await expect(bare).rejects.toMatchObject({
      error: expect.stringMatching(/^invalid_(grant|request)$/),
    });
    const renewed = await app.refresh(tokens.refresh_token ?? '', { dpop });
    expect(renewed.token_type).toBe('dpop');
  });

  it('takes each proof once', async () => {
    const { app, person, dpop } = await scene();
    const proofs: string[] = [];
    const listening = await stage.again(app, {
      fetch: async (input, init) => {
        const proof = new Headers(init?.headers).get('dpop');
        if (proof !== null) proofs.push(proof);
        return fetch(input, init);
      },
    });
    const tokens = await app.signIn(stage.visitor(), person, { pushed: true, dpop });
    await oidc.fetchUserInfo(listening.provider, tokens.access_token, person.id, { DPoP: dpop });
    const replayed = await fetch(new URL('/me', stage.url), {
      headers: { authorization: `DPoP ${tokens.access_token}`, dpop: proofs.at(-1) ?? '' },
    });
    expect(proofs).not.toEqual([]);
    expect(replayed.status).toBe(401);
  });
});
