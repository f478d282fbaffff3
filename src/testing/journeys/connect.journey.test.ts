import * as jose from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoApp } from '../../../docs/connect/app.ts';
import { DEMO_NAMES, demoRegistration, startDemoApps } from '../../../docs/connect/demo.ts';
import { createMachine } from '../../../docs/connect/machine.ts';
import { signInFromComputer } from '../../../docs/connect/native.ts';
import { freePort } from '../free-port.ts';
import { throughPages } from '../relying-app.ts';
import { signInScreen } from '../screens/sign-in.ts';
import { signOutScreen } from '../screens/sign-out.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function demoClient(name: string) {
  const port = await freePort();
  const { id, secret = '' } = await stage.anApp({
    kind: 'web',
    name,
    firstParty: true,
    ...demoRegistration(port),
  });
  return { id, secret, port };
}

async function demo() {
  const clients = await Promise.all(DEMO_NAMES.map(demoClient));
  const running = await startDemoApps({ issuer: stage.issuer, clients });
  const [dashboard, wiki] = running.apps.map(({ url }) => url);
  return {
    dashboard: String(dashboard),
    wiki: String(wiki),
    [Symbol.asyncDispose]: () => running.close(),
  };
}

describe('the two demo applications', () => {
  it('show the same person after one sign-in', async () => {
    await using apps = await demo();
    const person = await stage.aUser({ name: 'Grace <Hopper>', role: 'tenant_admin' });
    const grace = stage.visitor();
    const page = await (await grace.open(apps.dashboard)).follow('#sign-in');
    const first = await signInScreen(page).as(person);
    expect(first.url.origin).toBe(apps.dashboard);
    expect(first.heading).toBe('Hello, Grace <Hopper>');

    const second = await (await grace.open(apps.wiki)).follow('#sign-in');
    for (const shown of [first, second]) {
      expect(shown.says('#email')).toBe(person.email);
      expect(shown.says('#tenant')).toBe(person.tenantId);
      expect(shown.says('#roles')).toBe('tenant_admin');
      expect(shown.says('#when')).toMatch(/^\w{3}, \d\d \w{3} 2030/);
    }
    expect(second.url.origin).toBe(apps.wiki);
    expect(second.says('#sid')).toBe(first.says('#sid'));
  });

  it('are both signed out by either, and say so', async () => {
    await using apps = await demo();
    const person = await stage.aUser();
    const ada = stage.visitor();
    const first = await signInScreen(await (await ada.open(apps.dashboard)).follow('#sign-in')).as(
      person,
    );
    await (await ada.open(apps.wiki)).follow('#sign-in');

    const question = await first.press('#sign-out');
    const end = await signOutScreen(question).yes();
    expect(end.url.href).toBe(`${apps.dashboard}/signed-out`);
    expect(end.heading).toBe('You are signed out');

    await stage.deliver();
    const wiki = await ada.open(apps.wiki);
    expect(wiki.has('#sign-in')).toBe(true);
    expect(wiki.heading).toBe('You were signed out');
  });

  it('show what the provider refused, and let people try again', async () => {
    await using apps = await demo();
    const page = await stage.visitor().open(`${apps.dashboard}/sign-in`);
    const callback = new URL(`${apps.dashboard}/callback`);
    callback.search = new URLSearchParams({ error: 'access_denied', iss: stage.issuer }).toString();
    expect(page.heading).toBe('Sign in');
    const back = await stage.visitor().open(callback);
    expect(back.status).toBe(400);
    expect(back.text).toContain('Try again');
  });

  it('believe no answer to a question that this browser did not ask', async () => {
    await using apps = await demo();
    const person = await stage.aUser();
    const eve = stage.visitor();
    const asked = await (await eve.open(apps.dashboard)).follow('#sign-in');
    const callback = (await signInScreen(asked).as(person)).hops.find(
      ({ url }) => url.pathname === '/callback',
    );
    const victim = stage.visitor();
    const page = await victim.open(callback?.url ?? '', { from: 'https://evil.example/' });
    expect(page.status).toBe(400);
    expect((await victim.open(apps.dashboard)).has('#sign-in')).toBe(true);
  });

  it('are served with a policy of their own that lets nothing in', async () => {
    await using apps = await demo();
    const page = await stage.visitor().open(apps.dashboard);
    expect(page.header('content-security-policy')).toContain("default-src 'none'");
    expect(page.html).not.toMatch(/<script|style=|onclick/);
    expect((await stage.visitor().open(`${apps.dashboard}/nowhere`)).status).toBe(404);
  });

  it('refuse a logout token that the provider did not sign', async () => {
    await using apps = await demo();
    const person = await stage.aUser();
    const ada = stage.visitor();
    await signInScreen(await (await ada.open(apps.dashboard)).follow('#sign-in')).as(person);
    const { privateKey } = await jose.generateKeyPair('ES256');
    const token = await new jose.SignJWT({ sub: person.id, events: {} })
      .setProtectedHeader({ alg: 'ES256', typ: 'logout+jwt' })
      .sign(privateKey);
    const response = await fetch(`${apps.dashboard}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });
    expect(response.status).toBe(400);
    expect((await ada.open(apps.dashboard)).has('#sign-out')).toBe(true);
  });
});

describe('an application that takes its answer in a form', () => {
  it('signs people in', async () => {
    await using open = new AsyncDisposableStack();
    const client = await demoClient('Flock Forms');
    const app = await createDemoApp({
      name: 'Flock Forms',
      issuer: stage.issuer,
      clientId: client.id,
      clientSecret: client.secret,
      port: client.port,
      allowHttp: true,
      responseMode: 'form_post',
    });
    open.defer(() => app.close());
    const person = await stage.aUser();
    const asked = await (await stage.visitor().open(app.url)).follow('#sign-in');
    const form = await signInScreen(asked).as(person);
    const home = await form.press('button');
    expect(home.heading).toBe(`Hello, ${person.name}`);
  });
});

describe('a native application', () => {
  it('signs a person in through their browser, on whichever port is free', async () => {
    const { id } = await stage.anApp({
      kind: 'native',
      firstParty: true,
      redirectUris: ['http://127.0.0.1/callback'],
    });
    const person = await stage.aUser();
    const ada = stage.visitor();
    const tokens = await signInFromComputer({
      issuer: stage.issuer,
      clientId: id,
      allowHttp: true,
      openBrowser: async (url) => {
        const page = await throughPages(await ada.open(url), person);
        expect(page.text).toContain('You can close this window');
      },
    });
    expect(tokens.claims()).toMatchObject({ sub: person.id, name: person.name });
    expect(tokens.refresh_token).toEqual(expect.any(String));
  });
});

describe('a machine', () => {
  it('gets a token, and keeps it', async () => {
    const resource = 'https://api.flock.example';
    const { id, secret = '' } = await stage.anApp({
      kind: 'machine',
      resources: [resource],
      scopes: ['read'],
    });
    const settings = {
      issuer: stage.issuer,
      clientId: id,
      clientSecret: secret,
      resource,
      scope: 'read',
    };
    const machine = await createMachine({ ...settings, allowHttp: true });
    const token = await machine.token();
    expect(jose.decodeJwt(token)).toMatchObject({ aud: resource, scope: 'read', sub: id });
    expect(await machine.token()).toBe(token);
  });
});
