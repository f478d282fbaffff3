import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAdministrator } from '../administrator.ts';
import type { APerson } from '../instance.ts';
import { consentScreen, isConsent } from '../screens/consent.ts';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import type { Visitor } from '../visitor.ts';
import { type App, type AppOptions, answerOn, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function scene(options: AppOptions = {}) {
  const [app, person] = await Promise.all([
    stage.app({ firstParty: false }, options),
    stage.aUser(),
  ]);
  return { app, person, ada: stage.visitor() };
}

async function ask(app: App, visitor: Visitor, person: APerson, parameters = {}) {
  const attempt = await app.ask({ parameters });
  const page = await visitor.open(attempt.url, { from: app.home });
  return { attempt, page: isSignIn(page) ? await signInScreen(page).as(person) : page };
}

describe('consent', () => {
  it('is asked for by an application of somebody else’s: who, for whom, and for what', async () => {
    const { app, person, ada } = await scene({ scope: 'openid profile email offline_access' });
    const { attempt, page } = await ask(app, ada, person);
    const screen = consentScreen(page);
    expect(screen.text).toContain(app.name);
    expect(screen.text).toContain(new URL(app.redirectUri).host);
    expect(screen.text).toContain(person.email);
    expect(screen.text).toMatch(/your name/i);
    expect(screen.text).toMatch(/your email address/i);
    expect(screen.text).toMatch(/while you are away/i);
    expect((await app.finish(await screen.allow(), attempt)).claims()?.sub).toBe(person.id);
  });

  it('is never asked for by an application of ours', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const { attempt, page } = await ask(app, stage.visitor(), person);
    expect((await app.finish(page, attempt)).claims()?.sub).toBe(person.id);
  });

  it('may be refused: the application hears access_denied, and is asked again next time', async () => {
    const { app, person, ada } = await scene();
    const { attempt, page } = await ask(app, ada, person);
    const back = await consentScreen(page).deny();
    expect(back.url.origin).toBe(new URL(app.redirectUri).origin);
    expect(answerOn(back)).toMatchObject({
      error: 'access_denied',
      state: attempt.checks.expectedState,
      iss: stage.issuer,
    });
    expect(answerOn(back)).not.toHaveProperty('code');
    expect(isConsent((await ask(app, ada, person)).page)).toBe(true);
  });

  it('is not asked for twice, not even in another session', async () => {
    const { app, person, ada } = await scene();
    const first = await ask(app, ada, person);
    await consentScreen(first.page).allow();
    for (const visitor of [ada, stage.visitor()]) {
      const { attempt, page } = await ask(app, visitor, person);
      expect((await app.finish(page, attempt)).claims()?.sub).toBe(person.id);
    }
  });

  it('is asked for what is new, and for that alone', async () => {
    const { app, person, ada } = await scene();
    const first = await ask(app, ada, person, { scope: 'openid email' });
    await consentScreen(first.page).allow();
    const { attempt, page } = await ask(app, ada, person, { scope: 'openid email profile' });
    const screen = consentScreen(page);
    expect(screen.text).toMatch(/your name/i);
    expect(screen.text).not.toMatch(/your email address/i);
    expect((await app.finish(await screen.allow(), attempt)).claims()).toMatchObject({
      name: person.name,
    });
  });

  it('is asked for again once an administrator took it back, and the application’s refresh ends there', async () => {
    const { app, person, ada } = await scene({ scope: 'openid offline_access' });
    const first = await ask(app, ada, person);
    const page = await consentScreen(first.page).allow();
    const { refresh_token: token = '' } = await app.finish(page, first.attempt);
    const refresh = () => oidc.refreshTokenGrant(app.provider, token);
    const { call } = await anAdministrator(stage, {
      role: 'tenant_admin',
      tenant: person.tenantId,
    });
    const query = { client: app.id };
    const { body } = await call<{ items: { id: string }[] }>('GET', '/grants', { query });
    expect(body.items).toMatchObject([{ user: person.id, client: app.id, inUse: true }]);
    expect((await call('DELETE', `/grants/${body.items[0]?.id}`)).status).toBe(204);
    await expect(refresh()).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(isConsent((await ask(app, ada, person)).page)).toBe(true);
  });

  it('is asked for again when the application wants that', async () => {
    const { app, person, ada } = await scene();
    await consentScreen((await ask(app, ada, person)).page).allow();
    const { page } = await ask(app, ada, person, { prompt: 'consent' });
    expect(isConsent(page)).toBe(true);
  });

  it('cannot be had silently', async () => {
    const { app, person, ada } = await scene();
    await (await stage.app()).signIn(ada, person);
    const { page } = await ask(app, ada, person, { prompt: 'none' });
    expect(answerOn(page)).toMatchObject({ error: 'consent_required' });
  });

  it('of one person is not another’s', async () => {
    const { app, person, ada } = await scene();
    await consentScreen((await ask(app, ada, person)).page).allow();
    const stranger = await stage.aUser();
    expect(isConsent((await ask(app, stage.visitor(), stranger)).page)).toBe(true);
  });

  it('is not given for somebody else: "Not you?" lets another person sign in', async () => {
    const { app, person, ada } = await scene();
    const { attempt, page } = await ask(app, ada, person);
    const friend = await stage.aUser();
    const asked = await consentScreen(page).switchUser();
    const question = await signInScreen(asked).as(friend);
    expect(consentScreen(question).text).toContain(friend.email);
    const tokens = await app.finish(await consentScreen(question).allow(), attempt);
    expect(tokens.claims()?.sub).toBe(friend.id);
  });

  it('is given on this server’s own page only: a form from elsewhere changes nothing', async () => {
    const { app, person, ada } = await scene();
    const { page } = await ask(app, ada, person);
    const form = new URL(page.read('form', 'action') ?? '', page.url);
    const cookie = page.hops.at(-1)?.cookies ?? '';
    const response = await fetch(form, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ decision: 'allow' }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(isConsent((await ask(app, ada, person)).page)).toBe(true);
  });
});
