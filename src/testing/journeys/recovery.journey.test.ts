import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '#src/kernel/clock.ts';
import type { APerson } from '../instance.ts';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import type { Page, Visitor } from '../visitor.ts';
import { type App, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const OFFLINE = 'openid profile email offline_access';
const NEW = 'Quite another pass-phrase 7';

/** From the sign-in page of an application to where the link was asked for. */
async function forget(visitor: Visitor, app: App, email: string): Promise<Page> {
  const { url } = await app.ask();
  const page = await visitor.open(url, { from: app.home });
  const form = await page.follow('a[href="/recovery"]');
  return form.enter({ email }).press('#recovery-submit');
}

/** Opens the newest link in some browser. */
async function openLink(visitor: Visitor, { email }: Pick<APerson, 'email'>): Promise<Page> {
  const letter = await stage.letterTo(email);
  return visitor.open(letter.links[0] ?? '', { from: 'https://mail.example' });
}

describe('who forgot their password', () => {
  it('chooses another by the mailed link, and whoever was in by the old one is out, tokens and all', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    const elsewhere = stage.visitor();
    const tokens = await app.signIn(elsewhere, person);
    stage.clock.pass(SECOND);

    const ada = stage.visitor();
    const sent = await forget(ada, app, person.email);
    expect(sent.text).toContain('If that address has an account, we sent a link.');
    const form = await openLink(ada, person);
    expect([form.heading, form.url.pathname]).toEqual([
      'Choose a new password',
      '/recovery/password',
    ]);
    expect(form.hops.at(0)?.url.href).toContain('/recovery/');
    expect(form.url.search).toBe('');
    const done = await form.enter({ password: NEW }).press('#password-submit');
    expect(done.heading).toBe('Password changed');

    await expect(app.refresh(tokens.refresh_token ?? '')).rejects.toThrow();
    const again = await app.ask();
    expect(isSignIn(await elsewhere.open(again.url, { from: app.home }))).toBe(true);

    const onward = await done.follow('a.button');
    expect(isSignIn(onward)).toBe(true);
    const old = await signInScreen(onward).as(person);
    expect(signInScreen(old).problem).toContain('don’t match');
    const renewed = { ...person, password: NEW };
    expect((await signInScreen(old).as(renewed)).url.origin).toBe(new URL(app.home).origin);
    const letter = await stage.letterTo(person.email);
    expect(letter.subject).toMatch(/password was changed/i);
  });

  it('may sign in at once, in the very second of the reset', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    const ada = stage.visitor();
    await forget(ada, app, person.email);
    const form = await openLink(ada, person);
    await form.enter({ password: NEW }).press('#password-submit');
    const tokens = await app.signIn(ada, { ...person, password: NEW });
    expect(tokens.claims()?.sub).toBe(person.id);
    expect(await app.refresh(tokens.refresh_token ?? '')).toHaveProperty('access_token');
  });

  it('is told the same, and mailed nothing, where nobody has that address', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    const known = await forget(stage.visitor(), app, person.email);
    const unknown = await forget(stage.visitor(), app, `who.${person.email}`);
    expect([unknown.status, unknown.url.pathname, unknown.text]).toEqual([
      known.status,
      known.url.pathname,
      known.text,
    ]);
    expect(await stage.lettersTo(`who.${person.email}`)).toEqual([]);
  });

  it('keeps the link when the new password is refused, and loses it once it was used', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    const ada = stage.visitor();
    await forget(ada, app, person.email);
    let form = await openLink(ada, person);
    for (const password of ['Short-1', person.password, 'alllowercase-and-long']) {
      form = await form.enter({ password }).press('#password-submit');
      expect([form.status, form.heading]).toEqual([422, 'Choose a new password']);
    }
    const done = await form.enter({ password: NEW }).press('#password-submit');
    expect(done.heading).toBe('Password changed');
    const [, letter] = await stage.lettersTo(person.email);
    const late = await stage.visitor().open(letter?.links[0] ?? '');
    expect(late.heading).toBe('This link was already used');
  });

  it('finds the link dead after an hour, and a way to another', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    const ada = stage.visitor();
    await forget(ada, app, person.email);
    await stage.letterTo(person.email);
    stage.clock.pass(HOUR);
    const late = await openLink(ada, person);
    expect(late.heading).toBe('This link has expired');
    expect((await late.follow('a.button')).heading).toBe('Reset your password');
  });

  it('uses nothing up by opening the link, however often and by whichever program', async () => {
    const [app, person] = await Promise.all([stage.app({}, { scope: OFFLINE }), stage.aUser()]);
    await forget(stage.visitor(), app, person.email);
    const link = (await stage.letterTo(person.email)).links[0] ?? '';
    for (const method of ['GET', 'HEAD', 'GET'])
      expect((await fetch(link, { method })).status).toBe(200);
    const form = await openLink(stage.visitor(), person);
    expect(form.heading).toBe('Choose a new password');
  });
});

describe('a Host that is not ours', () => {
  it.each([
    { 'x-forwarded-host': 'evil.example' },
    { 'x-host': 'evil.example' },
    { forwarded: 'host=evil.example' },
    { 'x-original-url': 'https://evil.example/recovery' },
    { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' },
  ])('never gets into a mail: %j', async (headers) => {
    const person = await stage.aUser();
    const visitor = stage.visitor();
    const page = await visitor.open(`${stage.url}/recovery`);
    const cookie = visitor.cookies.headerFor(page.url, { crossSite: false, method: 'POST' }) ?? '';
    const csrf = page.read('input[name=csrf]', 'value') ?? '';
    const answer = await fetch(`${stage.url}/recovery`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...(headers as Record<string, string>), cookie, origin: stage.issuer },
      body: new URLSearchParams({ csrf, email: person.email }),
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/recovery/sent']);
    const letter = await stage.letterTo(person.email);
    expect(letter.text).not.toContain('evil.example');
    for (const link of letter.links) expect(new URL(link).origin).toBe(stage.issuer);
  });
});
