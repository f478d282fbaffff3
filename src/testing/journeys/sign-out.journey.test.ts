import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import { errorCodeOn } from '../screens/problem.ts';
import { isSignIn } from '../screens/sign-in.ts';
import { isSignedOut, isSignOut, signOutScreen } from '../screens/sign-out.ts';
import type { Page, Visitor } from '../visitor.ts';
import { type App, answerOn, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function scene(draft = {}) {
  const [app, person] = await Promise.all([stage.app(draft), stage.aUser()]);
  const ada = stage.visitor();
  const tokens = await app.signIn(ada, person);
  return { app, person, ada, tokens, hint: tokens.id_token ?? '' };
}

const home = ({ home: address }: App) => `${address}signed-out`;

async function isSignedIn(visitor: Visitor, app: App): Promise<boolean> {
  const { url } = await app.ask();
  return !isSignIn(await visitor.open(url, { from: app.home }));
}

describe('signing out from an application', () => {
  it('asks first, ends the session, and goes back with the application’s state', async () => {
    const { app, ada, hint } = await scene();
    const state = 'x'.repeat(128);
    const url = app.signOutUrl({ id_token_hint: hint, post_logout_redirect_uri: home(app), state });
    const question = await ada.open(url, { from: app.home });
    expect(await isSignedIn(ada, app)).toBe(true);

    const back = await signOutScreen(question).yes();
    expect(back.url.href).toBe(`${home(app)}?state=${state}`);
    expect(await isSignedIn(ada, app)).toBe(false);
  });

  it('goes back without a state when none was given', async () => {
    const { app, ada, hint } = await scene();
    const url = app.signOutUrl({ id_token_hint: hint, post_logout_redirect_uri: home(app) });
    const back = await signOutScreen(await ada.open(url, { from: app.home })).yes();
    expect(back.url.href).toBe(home(app));
  });

  it('keeps the query that the address was registered with', async () => {
    const address = 'https://dashboard.example/bye?from=avian';
    const { app, ada, hint } = await scene({ postLogoutRedirectUris: [address] });
    const url = app.signOutUrl({
      id_token_hint: hint,
      post_logout_redirect_uri: address,
      state: 's',
    });
    const back = await signOutScreen(await ada.open(url, { from: app.home })).yes();
    expect(answerOn(back)).toEqual({ from: 'avian', state: 's' });
  });

  it('needs no hint when the application says who it is', async () => {
    const { app, ada } = await scene();
    const url = app.signOutUrl({ client_id: app.id, post_logout_redirect_uri: home(app) });
    const back = await signOutScreen(await ada.open(url, { from: app.home })).yes();
    expect(back.url.href).toBe(home(app));
    expect(await isSignedIn(ada, app)).toBe(false);
  });

  it('works with a hint that has long expired', async () => {
    const { app, ada, hint } = await scene();
    stage.clock.pass(20 * 3_600_000);
    const url = app.signOutUrl({ id_token_hint: hint, post_logout_redirect_uri: home(app) });
    const back = await signOutScreen(await ada.open(url, { from: app.home })).yes();
    expect(back.url.href).toBe(home(app));
  });

  it.each([
    ['nothing', {}],
    ['only a state', { state: 's' }],
  ])('works with %s given: then it ends on a page that says so', async (_, parameters) => {
    const { app, ada } = await scene();
    const question = await ada.open(app.signOutUrl(parameters), { from: app.home });
    const end = await signOutScreen(question).yes();
    expect(isSignedOut(end)).toBe(true);
    expect(end.url.origin).toBe(stage.issuer);
    expect(await isSignedIn(ada, app)).toBe(false);
  });

  it('keeps the session when the answer is no', async () => {
    const { app, ada, hint } = await scene();
    const other = await stage.app();
    const url = app.signOutUrl({ id_token_hint: hint, post_logout_redirect_uri: home(app) });
    await signOutScreen(await ada.open(url, { from: app.home })).no();
    expect(await isSignedIn(ada, other)).toBe(true);
  });

  it('says so to somebody who is not signed in, and asks nothing', async () => {
    const app = await stage.app();
    const page = await stage.visitor().open(app.signOutUrl({}), { from: app.home });
    expect(isSignOut(page)).toBe(false);
    expect(isSignedOut(page)).toBe(true);
  });

  it('leads back to the application when the session has ended before', async () => {
    const { app, ada, hint } = await scene();
    stage.clock.pass(25 * 3_600_000);
    const url = app.signOutUrl({
      id_token_hint: hint,
      post_logout_redirect_uri: home(app),
      state: 's',
    });
    const page = await ada.open(url, { from: app.home });
    expect(isSignOut(page)).toBe(false);
    expect(page.url.href).toBe(`${home(app)}?state=s`);
  });

  it('ends the tokens that hang on the session', async () => {
    const { app, ada, tokens, person, hint } = await scene();
    await signOutScreen(
      await ada.open(app.signOutUrl({ id_token_hint: hint }), { from: app.home }),
    ).yes();
    const told = oidc.fetchUserInfo(app.provider, tokens.access_token, person.id);
    await expect(told).rejects.toMatchObject({ status: 401 });
  });

  it('cannot be undone by a page that was opened before', async () => {
    const { app, ada, hint } = await scene();
    const url = app.signOutUrl({ id_token_hint: hint });
    const [one, other] = [
      await ada.open(url, { from: app.home }),
      await ada.open(url, { from: app.home }),
    ];
    await signOutScreen(other).yes();
    await signOutScreen(one)
      .no()
      .catch(() => undefined);
    expect(await isSignedIn(ada, app)).toBe(false);
  });
});

describe('an address to go back to', () => {
  const refused = { origin: true, asks: false, error: 'invalid', signedIn: true };
  const endOf = async (page: Page, ada: Visitor, app: App): Promise<typeof refused> => ({
    origin: page.url.origin === stage.issuer,
    asks: isSignOut(page),
    error: errorCodeOn(page)?.split('_')[0] ?? page.text,
    signedIn: await isSignedIn(ada, app),
  });

  it.each([
    ['that is not registered', 'https://evil.example/'],
    ['with a query that was not registered', 'ADDED'],
  ])('%s leads to a page of ours, and the session stays', async (_, given) => {
    const { app, ada, hint } = await scene();
    const address = given === 'ADDED' ? `${home(app)}?more=1` : given;
    const url = app.signOutUrl({ id_token_hint: hint, post_logout_redirect_uri: address });
    expect(await endOf(await ada.open(url, { from: app.home }), ada, app)).toEqual(refused);
  });

  it('with a hint that somebody else signed, or nobody, leads there too', async () => {
    const { app, ada, hint } = await scene();
    const { privateKey } = await jose.generateKeyPair('RS256');
    const claims = jose.decodeJwt(hint);
    const { kid } = jose.decodeProtectedHeader(hint);
    const forged = await new jose.SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', ...(kid !== undefined && { kid }) })
      .sign(privateKey);
    for (const bad of [forged, new jose.UnsecuredJWT(claims).encode()]) {
      const url = app.signOutUrl({ id_token_hint: bad, post_logout_redirect_uri: home(app) });
      expect(await endOf(await ada.open(url, { from: app.home }), ada, app)).toEqual(refused);
    }
  });

  it('is not followed for an application that does not say who it is', async () => {
    const { app, ada } = await scene();
    const url = app.signOutUrl({ post_logout_redirect_uri: home(app) });
    const page = await ada.open(url, { from: app.home });
    const end = isSignOut(page) ? await signOutScreen(page).yes() : page;
    expect(end.url.origin).toBe(stage.issuer);
  });
});

describe('the applications that a person was signed in to', () => {
  /** Listens the way an application's server would. */
  async function listener({ fails = 0 } = {}) {
    const received: string[] = [];
    let calls = 0;
    const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await text(request);
      calls += 1;
      if (calls <= fails) return void response.writeHead(503).end();
      received.push(new URLSearchParams(body).get('logout_token') ?? '');
      response.writeHead(200).end();
    };
    const server = createServer((request, response) => void take(request, response)).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const close = () => {
      server.closeAllConnections();
      server.close();
    };
    return {
      received,
      calls: () => calls,
      uri: `http://127.0.0.1:${port}/backchannel-logout`,
      [Symbol.dispose]: close,
    };
  }

  it('are each told once, by a token for them alone', async () => {
    using one = await listener();
    using other = await listener();
    const person = await stage.aUser();
    const dashboard = await stage.app({ backchannelLogoutUri: one.uri });
    const wiki = await stage.app({ backchannelLogoutUri: other.uri });
    const ada = stage.visitor();
    const tokens = await dashboard.signIn(ada, person);
    await wiki.signIn(ada, person);

    const url = dashboard.signOutUrl({ id_token_hint: tokens.id_token ?? '' });
    const end = await signOutScreen(await ada.open(url, { from: dashboard.home })).yes();
    expect(end.text).toContain('We are telling these applications');
    expect(end.text.match(/Flock Dashboard/g)?.length).toBeGreaterThanOrEqual(2);
    expect((await end.reload()).text).not.toContain('We are telling');
    await Promise.all([stage.deliver(), stage.deliver()]);
    expect([one.received.length, other.received.length]).toEqual([1, 1]);

    const keys = jose.createRemoteJWKSet(new URL('/jwks', stage.url));
    for (const [app, { received }] of [
      [dashboard, one],
      [wiki, other],
    ] as const) {
      const { payload } = await jose.jwtVerify(received[0] ?? '', keys, {
        issuer: stage.issuer,
        audience: app.id,
        typ: 'logout+jwt',
        currentDate: stage.clock.now(),
      });
      expect(payload).toMatchObject({
        sub: person.id,
        sid: tokens.claims()?.['sid'],
        jti: expect.any(String),
        iat: expect.any(Number),
        exp: expect.any(Number),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      });
      expect(payload).not.toHaveProperty('nonce');
    }
  });

  it('hear of it once when they are back, though they failed three times', async () => {
    using one = await listener({ fails: 3 });
    using other = await listener();
    const person = await stage.aUser();
    const dashboard = await stage.app({ backchannelLogoutUri: one.uri });
    const wiki = await stage.app({ backchannelLogoutUri: other.uri });
    const ada = stage.visitor();
    const tokens = await dashboard.signIn(ada, person);
    await wiki.signIn(ada, person);
    const url = dashboard.signOutUrl({ id_token_hint: tokens.id_token ?? '' });
    await signOutScreen(await ada.open(url, { from: dashboard.home })).yes();
    for (let round = 0; round < 6; round += 1) {
      await stage.deliver();
      stage.clock.pass(5 * MINUTE);
    }
    expect([one.calls(), one.received.length]).toEqual([4, 1]);
    expect([other.calls(), other.received.length]).toEqual([1, 1]);
  });

  it('hear of a reset as well, which ends all that the person has there', async () => {
    using one = await listener();
    const person = await stage.aUser();
    const app = await stage.app({ backchannelLogoutUri: one.uri });
    await app.signIn(stage.visitor(), person);
    const asked = await stage.visitor().open(`${stage.url}/recovery`);
    await asked.enter({ email: person.email }).press('#recovery-submit');
    const letter = await stage.letterTo(person.email);
    const form = await stage.visitor().open(letter.links[0] ?? '');
    await form.enter({ password: 'Quite another pass-phrase 7' }).press('#password-submit');
    await stage.deliver();
    const [token = ''] = one.received;
    expect(jose.decodeJwt(token)).toMatchObject({ sub: person.id, aud: app.id });
    expect(jose.decodeJwt(token)).not.toHaveProperty('sid');
  });

  it('hear nothing of whoever stays signed in, but the one that asked', async () => {
    using one = await listener();
    using other = await listener();
    const person = await stage.aUser();
    const dashboard = await stage.app({ backchannelLogoutUri: one.uri });
    const wiki = await stage.app({ backchannelLogoutUri: other.uri });
    const ada = stage.visitor();
    const tokens = await dashboard.signIn(ada, person);
    await wiki.signIn(ada, person);
    const url = dashboard.signOutUrl({ id_token_hint: tokens.id_token ?? '' });
    await signOutScreen(await ada.open(url, { from: dashboard.home })).no();
    await stage.deliver();
    expect([one.received.length, other.received.length]).toEqual([1, 0]);
  });

  it('are not told when somebody else signs out', async () => {
    using one = await listener();
    const app = await stage.app({ backchannelLogoutUri: one.uri });
    const [person, stranger] = await Promise.all([stage.aUser(), stage.aUser()]);
    const [ada, eve] = [stage.visitor(), stage.visitor()];
    await app.signIn(ada, person);
    const other = await stage.app();
    const tokens = await other.signIn(eve, stranger);
    const url = other.signOutUrl({ id_token_hint: tokens.id_token ?? '' });
    await signOutScreen(await eve.open(url, { from: other.home })).yes();
    await stage.deliver();
    expect(one.received).toEqual([]);
    expect(await isSignedIn(ada, app)).toBe(true);
  });

  it('do not hold up the sign-out when one of them is not there', async () => {
    const gone = await listener();
    gone[Symbol.dispose]();
    const { app, ada, hint } = await scene({ backchannelLogoutUri: gone.uri });
    const url = app.signOutUrl({ id_token_hint: hint, post_logout_redirect_uri: home(app) });
    const back = await signOutScreen(await ada.open(url, { from: app.home })).yes();
    expect(back.url.href).toBe(home(app));
    expect(await isSignedIn(ada, app)).toBe(false);
  });
});
