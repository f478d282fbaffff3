import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import type { Page, Visitor } from '../visitor.ts';
import { type App, answerOn, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The rows, as they are read: the reader's own first. */
const OWN = '#session-0';
const OTHER = '#session-1';
const END_OWN = 'button[aria-describedby=session-0]';
const END_OTHER = 'button[aria-describedby=session-1]';

/** One person at two browsers: at home in two applications, on the road in the second. */
async function scene() {
  const [dashboard, wiki, person] = await Promise.all([
    stage.app({ name: 'Flock Dashboard' }),
    stage.app({ name: 'Flock Wiki' }),
    stage.aUser(),
  ]);
  const [home, road] = [stage.visitor(), stage.visitor()];
  await wiki.signIn(road, person);
  stage.clock.pass(3 * MINUTE);
  await dashboard.signIn(home, person);
  await wiki.signIn(home, person);
  return { dashboard, wiki, person, home, road };
}

function openList(visitor: Visitor): Promise<Page> {
  return visitor.open(`${stage.url}/account/sessions`);
}

/** Whether an application that asks without showing a page still learns who is there. */
async function isSignedIn(visitor: Visitor, app: App): Promise<boolean> {
  const { url } = await app.ask({ parameters: { prompt: 'none' } });
  const answer = answerOn(await visitor.open(url, { from: app.home }));
  if ('code' in answer) return true;
  expect(answer).toMatchObject({ error: 'login_required' });
  return false;
}

/** The names of the sessions that the page can end, in the order it is read. */
function uidsOn({ html }: Page): readonly string[] {
  return [...html.matchAll(/name="session" value="([^"]+)"/g)].map(([, uid = '']) => uid);
}

describe('the sessions of an account', () => {
  it('are all there, the reader’s own first, each with its browser and its applications', async () => {
    const { person, home } = await scene();
    const page = await openList(home);
    expect([page.status, page.heading]).toEqual([200, 'Where you are signed in']);
    expect(page.text).toContain(person.email);
    expect(uidsOn(page)).toHaveLength(2);
    const own = page.says(OWN) ?? '';
    for (const words of ['This browser', 'Chrome on Linux', '127.0.0.1', 'with password', 'now'])
      expect(own).toContain(words);
    expect(own).toContain('Signed in to Flock Dashboard, Flock Wiki');
    expect(page.says(OTHER)).toContain('Last seen 3 minutes ago');
    expect(page.says(OTHER)).toMatch(/Signed in to Flock Wiki\b/);
  });

  it('end one by one: the other browser is out of every application, and this one in', async () => {
    const { dashboard, wiki, person, home, road } = await scene();
    await dashboard.signIn(road, person);
    const page = await (await openList(home)).press(END_OTHER);
    expect([page.status, page.url.pathname]).toEqual([200, '/account/sessions']);
    expect(page.says('[role=status]')).toBe('You signed out 1 browser.');
    expect(uidsOn(page)).toHaveLength(1);
    for (const app of [dashboard, wiki]) {
      expect(await isSignedIn(road, app)).toBe(false);
      expect(await isSignedIn(home, app)).toBe(true);
    }
    expect((await page.reload()).has('[role=status]')).toBe(false);
  });

  it('end all but the reader’s own', async () => {
    const { dashboard, wiki, person, home, road } = await scene();
    const third = stage.visitor();
    await dashboard.signIn(third, person);
    const page = await (await openList(home)).press('#end-others');
    expect(page.says('[role=status]')).toBe('You signed out 2 browsers.');
    expect(page.text).toContain('No sessions other than this one.');
    expect(await isSignedIn(road, wiki)).toBe(false);
    expect(await isSignedIn(third, dashboard)).toBe(false);
    expect(await isSignedIn(home, wiki)).toBe(true);
  });

  it('end with the reader’s own on a page that says so, and the other browser stays', async () => {
    const { dashboard, wiki, home, road } = await scene();
    const page = await (await openList(home)).press(END_OWN);
    expect(page.heading).toBe('You are signed out');
    expect(await isSignedIn(home, dashboard)).toBe(false);
    expect((await openList(home)).status).toBe(401);
    expect(await isSignedIn(road, wiki)).toBe(true);
  });

  it('end for their owner only, whatever form somebody else sends', async () => {
    const [{ wiki, road, home }, eve] = [await scene(), await scene()];
    const [, uid = ''] = uidsOn(await openList(home));
    expect(uid).toMatch(/./);
    const page = await openList(eve.home);
    const sent = await page.enter({ session: uid }).press(END_OTHER);
    expect(sent.says('[role=status]')).toBe('There was nothing left to sign out.');
    expect(await isSignedIn(road, wiki)).toBe(true);
    expect(await isSignedIn(eve.road, eve.wiki)).toBe(true);
  });

  it('end at once for whoever looks at them elsewhere', async () => {
    const { home, road } = await scene();
    const before = await openList(road);
    await (await openList(home)).press('#end-others');
    const after = await before.press(END_OTHER);
    expect([after.status, after.heading]).toEqual([401, 'Sign in first']);
    expect((await openList(home)).status).toBe(200);
  });

  it('are nobody’s to see who is not signed in', async () => {
    const { person } = await scene();
    const page = await openList(stage.visitor());
    expect([page.status, page.heading]).toEqual([401, 'Sign in first']);
    expect(page.text).not.toContain(person.email);
    expect(uidsOn(page)).toEqual([]);
  });

  it('are found by a link on another site, which brings no Strict cookies along', async () => {
    const { home, dashboard } = await scene();
    const address = `${stage.url}/account/sessions`;
    const page = await home.open(address, { from: dashboard.home });
    expect([page.status, uidsOn(page).length]).toEqual([200, 2]);
    const stranger = await stage.visitor().open(address, { from: dashboard.home });
    expect(stranger.status).toBe(401);
  });
});
