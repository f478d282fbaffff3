import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, SECOND } from '#src/kernel/clock.ts';
import { signInScreen } from '../screens/sign-in.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const OFFLINE = 'openid profile email offline_access';
const NEW = 'Quite another pass-phrase 7';

describe('a password of 90 days', () => {
  it('is changed on the way in, and the way goes on to the application', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    const tokens = await app.signIn(stage.visitor(), person);
    stage.clock.pass(90 * DAY);

    const ada = stage.visitor();
    const attempt = await app.ask();
    const form = await signInScreen(await ada.open(attempt.url, { from: app.home })).as(person);
    expect(form.heading).toBe('Choose a new password');
    const same = await form.enter({ password: person.password }).press('#change-submit');
    expect([same.status, same.heading]).toEqual([422, 'Choose a new password']);
    const page = await same.enter({ password: NEW }).press('#change-submit');
    const renewed = await app.finish(page, attempt);
    expect(renewed.claims()?.sub).toBe(person.id);

    // Everything from before the change is over, and what it led to lives.
    await expect(app.refresh(tokens.refresh_token ?? '')).rejects.toThrow();
    stage.clock.pass(SECOND);
    expect(await app.refresh(renewed.refresh_token ?? '')).toHaveProperty('access_token');
    expect((await stage.letterTo(person.email)).subject).toMatch(/password was changed/i);
    const next = await app.signIn(stage.visitor(), { ...person, password: NEW });
    expect(next.claims()?.sub).toBe(person.id);
  });

  it('lets nobody past the change: not by the address bar, another application, or no prompt', async () => {
    const [app, wiki, person] = await Promise.all([
      stage.app(),
      stage.app({}, { scope: OFFLINE }),
      stage.aUser(),
    ]);
    stage.clock.pass(90 * DAY);
    const ada = stage.visitor();
    const { url } = await app.ask();
    const form = await signInScreen(await ada.open(url, { from: app.home })).as(person);
    const resumed = await ada.open(form.url.href.replace('/interaction/', '/auth/'));
    expect(resumed.url.origin).toBe(stage.issuer);
    const silent = await wiki.ask({ parameters: { prompt: 'none' } });
    const answer = await ada.open(silent.url, { from: wiki.home });
    expect(answer.url.searchParams.get('error')).toBe('login_required');
  });

  it('holds for as long as its tenant says', async () => {
    const tenant = await stage.aTenant();
    const [app, person] = await Promise.all([stage.app(), stage.aUser({ tenantId: tenant.id })]);
    await stage.rooms.tenancy.update(tenant.slug, { passwordDays: null });
    stage.clock.pass(400 * DAY);
    expect((await app.signIn(stage.visitor(), person)).claims()?.sub).toBe(person.id);
    await stage.rooms.tenancy.update(tenant.slug, { passwordDays: 30 });
    const { url } = await app.ask();
    const visitor = stage.visitor();
    const form = await signInScreen(await visitor.open(url, { from: app.home })).as(person);
    expect(form.heading).toBe('Choose a new password');
  });
});
