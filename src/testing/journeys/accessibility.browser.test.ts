import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barriersOf } from '../browser.ts';
import { createFetch } from '../browsing/wire.ts';
import { type BrowserStage, DASHBOARD, setBrowserStage, signIn } from './browser-stage.ts';

let stage: BrowserStage;
beforeAll(async () => {
  stage = await setBrowserStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** What keeps people out of the page that has this heading. */
async function look(page: Page, name: string, heading: string | RegExp): Promise<string[]> {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  return barriersOf(page, name);
}

const LONG_NAME = 'Ada Augusta, Countess of Lovelace-Wolfeschlegelsteinhausenbergerdorff';

describe('everybody can use, by day and by night, on a telephone and on a desk,', () => {
  it('every page on the way in and out', async () => {
    await using dashboard = await stage.demo(DASHBOARD, {}, { firstParty: false });
    await using profile = await stage.profile();
    const person = await stage.aUser({ name: LONG_NAME });
    const page = await profile.tab();

    await page.goto(dashboard.url);
    expect(await look(page, 'app-signed-out', 'You are not signed in')).toEqual([]);
    await page.locator('#sign-in').click();
    expect(await look(page, 'sign-in', 'Sign in')).toEqual([]);
    await signIn(page, { ...person, password: 'wrong' });
    await page.locator('[role=alert]').waitFor();
    expect(await look(page, 'sign-in-wrong', 'Sign in')).toEqual([]);
    await signIn(page, person);
    expect(await look(page, 'consent', /^Allow /)).toEqual([]);
    await page.locator('#consent-allow').click();
    expect(await look(page, 'app-signed-in', /^Hello, /)).toEqual([]);
    await page.locator('#sign-out').click();
    expect(await look(page, 'sign-out', /^Sign out/)).toEqual([]);
    await page.locator('#logout-yes').click();
    expect(await look(page, 'app-after', 'You are signed out')).toEqual([]);
    await page.goto(`${stage.issuer}/session/end`);
    expect(await look(page, 'signed-out', 'You are signed out')).toEqual([]);
    expect(profile.complaints.filter((one) => !/status of 4\d\d/.test(one))).toEqual([]);
  });

  it('every page where something went wrong', async () => {
    const [home, stranger] = await Promise.all([stage.aTenant(), stage.aUser()]);
    await using dashboard = await stage.demo(DASHBOARD, {}, { tenantId: home.id });
    await using profile = await stage.profile();
    const page = await profile.tab();

    await page.goto(`${dashboard.url}/sign-in`);
    await signIn(page, stranger);
    expect(await look(page, 'no-access', /^You don’t have access/)).toEqual([]);
    await page.goto(`${stage.issuer}/interaction/nothing`);
    expect(await look(page, 'gone', 'This sign-in took too long')).toEqual([]);
    await page.goto(`${stage.issuer}/auth?client_id=nobody`);
    expect(await look(page, 'error', /./)).toEqual([]);
    await page.goto(`${stage.issuer}/nowhere`);
    expect(await look(page, 'not-found', /./)).toEqual([]);
    await page.goto(`${dashboard.url}/callback?error=access_denied`);
    expect(await look(page, 'app-problem', 'Signing in did not work')).toEqual([]);
    expect(profile.complaints.filter((one) => !/status of 4\d\d/.test(one))).toEqual([]);
  });

  it('the page that passes people on, should they ever see it', async () => {
    await using dashboard = await stage.demo(DASHBOARD);
    await using profile = await stage.profile();
    const page = await profile.tab();
    const url = `${stage.issuer}/auth?client_id=${dashboard.clientId}`;
    const answer = await createFetch(stage.front)(url, { headers: { accept: 'text/html' } });
    const text = await answer.text();
    const body = text.replace(/<meta http-equiv="refresh"[^>]*>/, '');
    expect(body).not.toBe(text);
    await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto(url);
    expect(await look(page, 'hop', 'One moment')).toEqual([]);
  });
});
