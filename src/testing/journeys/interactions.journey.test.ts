import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOn } from '../screens/problem.ts';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import { answerOn, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function scene() {
  const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
  const ada = stage.visitor();
  const attempt = await app.ask();
  const page = await ada.open(attempt.url, { from: app.home });
  return { app, person, ada, attempt, page };
}

describe('a sign-in that has ended', () => {
  it('by time, says so when the form is sent, and lets nobody in', async () => {
    const { page, person } = await scene();
    stage.clock.pass(31 * 60_000);
    expect(endOn(await signInScreen(page).as(person))).toBe('friendly');
  });

  it('by time, says so when its page is opened', async () => {
    const { page, ada } = await scene();
    stage.clock.pass(31 * 60_000);
    expect(endOn(await ada.open(page.url))).toBe('friendly');
  });

  it('by success, ends there when somebody goes back and sends the form again', async () => {
    const { app, page, person, attempt } = await scene();
    const first = await signInScreen(page).as(person);
    expect((await app.finish(first, attempt)).claims()?.sub).toBe(person.id);
    const again = await signInScreen(page).as(person);
    expect(endOn(again)).toBe('friendly');
  });

  it('by success, ends there when its page is opened again', async () => {
    const { page, person, ada } = await scene();
    await signInScreen(page).as(person);
    expect(endOn(await ada.open(page.url))).toBe('friendly');
  });

  it('by success, gives no second code to who repeats its last redirect', async () => {
    const { page, person, ada } = await scene();
    const done = await signInScreen(page).as(person);
    const resume = done.hops.find(({ url }) => /^\/auth\/./.test(url.pathname));
    const again = await ada.open(resume?.url ?? '');
    expect(resume).toBeDefined();
    expect(answerOn(again)).not.toHaveProperty('code');
    expect(endOn(again)).toBe('friendly');
  });

  it('in another browser, has no page in this one', async () => {
    const { page } = await scene();
    expect(endOn(await stage.visitor().open(page.url))).toBe('friendly');
  });

  it('never began, has no page either', async () => {
    expect(
      endOn(await stage.visitor().open(`${stage.issuer}/interaction/AAAAAAAAAAAAAAAAAAAAA`)),
    ).toBe('friendly');
  });
});

describe('a sign-in sent several times at once', () => {
  it('gives one code, whichever wins, and the others a page that helps', async () => {
    const { page, person } = await scene();
    const tries = Array.from({ length: 5 }, () => signInScreen(page).as(person));
    const ends = await Promise.all(tries);
    const ways = ends.map((end) => (end.url.searchParams.has('code') ? 'code' : endOn(end)));
    expect(ways.toSorted()).toEqual(['code', ...Array.from({ length: 4 }, () => 'friendly')]);
  });
});

describe('two tabs', () => {
  it('both sign in when both are filled in', async () => {
    const { app, person, ada, attempt, page } = await scene();
    const other = await app.ask();
    const tab = await ada.open(other.url, { from: app.home });
    const first = await app.finish(await signInScreen(page).as(person), attempt);
    const second = await app.finish(await signInScreen(tab).as(person), other);
    expect(second.claims()?.sub).toBe(first.claims()?.sub);
  });

  it('the one left behind is signed in when it is loaded anew from the application', async () => {
    const { app, person, ada, page } = await scene();
    const tab = await ada.open((await app.ask()).url, { from: app.home });
    await signInScreen(page).as(person);
    expect(isSignIn(tab)).toBe(true);
    const { url } = await app.ask();
    expect(isSignIn(await ada.open(url, { from: app.home }))).toBe(false);
  });
});

describe('two people', () => {
  it('with two browsers know nothing of each other', async () => {
    const [app, person, friend] = await Promise.all([
      stage.app(),
      stage.aUser(),
      stage.aUser({ name: 'Grace' }),
    ]);
    const [ada, grace] = [stage.visitor(), stage.visitor()];
    const [one, other] = await Promise.all([app.signIn(ada, person), app.signIn(grace, friend)]);
    expect(one.claims()?.sub).toBe(person.id);
    expect(other.claims()?.sub).toBe(friend.id);
    expect(one.claims()?.['sid']).not.toBe(other.claims()?.['sid']);
  });

  it('are not mixed up by a link into a sign-in that the other one began', async () => {
    const { page, person, app, attempt } = await scene();
    const victim = stage.visitor();
    expect(endOn(await victim.open(page.url, { from: 'https://evil.example/' }))).toBe('friendly');
    const done = await signInScreen(page).as(person);
    await expect(app.finish(done, attempt)).resolves.toBeDefined();
  });
});
