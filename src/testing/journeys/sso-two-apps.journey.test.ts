import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import { answerOn, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const BROWSERS = [
  { browser: 'Chromium', options: { engine: 'chromium' as const } },
  { browser: 'Firefox', options: { engine: 'firefox' as const } },
  { browser: 'one without fetch metadata', options: { sendsFetchMetadata: false } },
];

describe('one sign-in for two applications', () => {
  it.each(BROWSERS)(
    'in $browser, the second asks for nothing and shows the same person',
    async ({ options }) => {
      const [dashboard, wiki, person] = await Promise.all([
        stage.app(),
        stage.app(),
        stage.aUser(),
      ]);
      const ada = stage.visitor(options);
      const first = await dashboard.signIn(ada, person);

      const attempt = await wiki.ask();
      const page = await ada.open(attempt.url, { from: wiki.home });
      expect(page.url.origin).toBe(new URL(wiki.home).origin);
      expect(page.hops.map(({ method }) => method)).not.toContain('POST');
      const second = await wiki.finish(page, attempt);

      const [one, other] = [first.claims(), second.claims()];
      expect(one).toMatchObject({ sub: person.id, name: person.name, email: person.email });
      expect(other).toMatchObject({ sub: one?.sub, sid: one?.['sid'], auth_time: one?.auth_time });
    },
  );

  it('stays with the browser it happened in: another is asked', async () => {
    const [dashboard, person] = await Promise.all([stage.app(), stage.aUser()]);
    await dashboard.signIn(stage.visitor(), person);
    const { url } = await dashboard.ask();
    expect(isSignIn(await stage.visitor().open(url, { from: dashboard.home }))).toBe(true);
  });

  it('is as silent when the address of the application is typed and it redirects', async () => {
    const [dashboard, wiki, person] = await Promise.all([stage.app(), stage.app(), stage.aUser()]);
    const ada = stage.visitor({ engine: 'firefox' });
    await dashboard.signIn(ada, person);
    const attempt = await wiki.ask();
    const page = await ada.open(attempt.url);
    expect((await wiki.finish(page, attempt)).claims()?.sub).toBe(person.id);
  });

  it('asks again where the application wants that, and says when it was', async () => {
    const [dashboard, person] = await Promise.all([stage.app(), stage.aUser()]);
    const ada = stage.visitor();
    const first = await dashboard.signIn(ada, person);
    stage.clock.pass(60_000);

    const attempt = await dashboard.ask({ parameters: { prompt: 'login' } });
    const page = await ada.open(attempt.url, { from: dashboard.home });
    const second = await dashboard.finish(await signInScreen(page).as(person), attempt);
    expect(second.claims()?.auth_time).toBe(Number(first.claims()?.auth_time) + 60);
  });

  it('tells an application that may not ask whether somebody is signed in', async () => {
    const [dashboard, person] = await Promise.all([stage.app(), stage.aUser()]);
    const ada = stage.visitor();
    const before = await dashboard.ask({ parameters: { prompt: 'none' } });
    const refused = await ada.open(before.url, { from: dashboard.home });
    expect(answerOn(refused)).toMatchObject({
      error: 'login_required',
      state: before.checks.expectedState,
      iss: stage.issuer,
    });

    await dashboard.signIn(ada, person);
    const after = await dashboard.ask({ parameters: { prompt: 'none' } });
    const page = await ada.open(after.url, { from: dashboard.home });
    expect((await dashboard.finish(page, after)).claims()?.sub).toBe(person.id);
  });

  it('has an age that applications may limit; then they are told auth_time', async () => {
    const [dashboard, person] = await Promise.all([stage.app(), stage.aUser()]);
    const ada = stage.visitor();
    const first = await dashboard.signIn(ada, person, { parameters: { max_age: '120' } });
    expect(first.claims()?.auth_time).toEqual(expect.any(Number));

    stage.clock.pass(119_000);
    const young = await dashboard.ask({ parameters: { max_age: '120' } });
    const page = await ada.open(young.url, { from: dashboard.home });
    const { auth_time } = (await dashboard.finish(page, young)).claims() ?? {};
    expect(auth_time).toBe(first.claims()?.auth_time);

    stage.clock.pass(10_000);
    const old = await dashboard.ask({ parameters: { max_age: '120' } });
    const asked = await ada.open(old.url, { from: dashboard.home });
    const again = await dashboard.finish(await signInScreen(asked).as(person), old);
    expect(again.claims()?.auth_time).toBe(Number(auth_time) + 129);
  });
});

describe('the sign-in page', () => {
  it('knows the address that the application hints at', async () => {
    const dashboard = await stage.app();
    const { url } = await dashboard.ask({ parameters: { login_hint: 'ada@example.com' } });
    const page = await stage.visitor().open(url, { from: dashboard.home });
    expect(signInScreen(page).login).toBe('ada@example.com');
  });

  it('answers a wrong password and an unknown address alike, and keeps the address', async () => {
    const [dashboard, person] = await Promise.all([stage.app(), stage.aUser()]);
    const problemOf = async (email: string) => {
      const { url } = await dashboard.ask();
      const page = await stage.visitor().open(url, { from: dashboard.home });
      const next = await signInScreen(page).as({ email, password: 'not the password' });
      expect(next.html).not.toContain('not the password');
      expect(signInScreen(next).login).toBe(email);
      return { status: next.status, problem: signInScreen(next).problem };
    };
    const known = await problemOf(person.email);
    expect(known.problem).not.toBe('');
    expect(await problemOf('nobody@example.com')).toEqual(known);
  });

  it('lets people change their mind: the application hears access_denied', async () => {
    const dashboard = await stage.app();
    const attempt = await dashboard.ask();
    const page = await stage.visitor().open(attempt.url, { from: dashboard.home });
    const back = await signInScreen(page).cancel();
    expect(answerOn(back)).toMatchObject({
      error: 'access_denied',
      state: attempt.checks.expectedState,
      iss: stage.issuer,
    });
  });

  it('lets people in after a wrong try, in the same window', async () => {
    const [dashboard, person] = await Promise.all([stage.app(), stage.aUser()]);
    const attempt = await dashboard.ask();
    const page = await stage.visitor().open(attempt.url, { from: dashboard.home });
    const wrong = await signInScreen(page).as({ ...person, password: 'wrong' });
    const right = await signInScreen(wrong).as(person);
    expect((await dashboard.finish(right, attempt)).claims()?.sub).toBe(person.id);
  });

  it('keeps the users of other tenants out of an application that belongs to one', async () => {
    const [home, stranger] = await Promise.all([stage.aTenant(), stage.aUser()]);
    const member = await stage.aUser({ tenantId: home.id });
    const dashboard = await stage.app({ tenantId: home.id });
    expect((await dashboard.signIn(stage.visitor(), member)).claims()?.['tenant_id']).toBe(home.id);

    const { url } = await dashboard.ask();
    const page = await stage.visitor().open(url, { from: dashboard.home });
    const refused = await signInScreen(page).as(stranger);
    expect(refused.status).toBe(403);
    expect(refused.url.origin).toBe(stage.issuer);
  });

  it('asks a person of another tenant to sign in as somebody else, though they have a session', async () => {
    const [home, stranger, everyones] = await Promise.all([
      stage.aTenant(),
      stage.aUser(),
      stage.app(),
    ]);
    const dashboard = await stage.app({ tenantId: home.id });
    const eve = stage.visitor();
    await everyones.signIn(eve, stranger);
    const { url } = await dashboard.ask();
    expect(isSignIn(await eve.open(url, { from: dashboard.home }))).toBe(true);
  });
});
