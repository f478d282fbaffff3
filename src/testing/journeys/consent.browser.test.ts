import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSpaServer } from '../../../docs/connect/spa-server.ts';
import { type BrowserStage, DASHBOARD, setBrowserStage, signIn, WIKI } from './browser-stage.ts';

let stage: BrowserStage;
beforeAll(async () => {
  stage = await setBrowserStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

describe('an application of somebody else’s, in Chromium', () => {
  it.each([
    { button: '#consent-allow', end: 'Hello, Ada Lovelace' },
    { button: '#consent-deny', end: 'Signing in did not work' },
  ])('hears what was answered with $button', async ({ button, end }) => {
    await using dashboard = await stage.demo(DASHBOARD, {}, { firstParty: false });
    await using profile = await stage.profile();
    const page = await profile.tab();
    await page.goto(`${dashboard.url}/sign-in`);
    await signIn(page, await stage.aUser());
    await page.locator(button).click();
    await page.waitForURL((url) => url.origin === dashboard.url);
    expect(await page.locator('h1').innerText()).toBe(end);
    expect(profile.complaints.filter((one) => !/status of 400/.test(one))).toEqual([]);
  });
});

describe('a single-page application, in Chromium', () => {
  async function board(corsOrigins?: string[]) {
    const url = stage.front.origin(WIKI);
    const { id } = await stage.anApp({
      kind: 'spa',
      firstParty: true,
      redirectUris: [`${url}/`],
      postLogoutRedirectUris: [`${url}/`],
      ...(corsOrigins && { corsOrigins }),
    });
    const server = await createSpaServer({ issuer: stage.issuer, clientId: id, baseUrl: url });
    stage.front.serve(WIKI, server.address);
    return { url, [Symbol.asyncDispose]: () => server.close() };
  }

  it('signs in, renews its tokens and signs out, with no server of its own', async () => {
    await using app = await board();
    await using profile = await stage.profile();
    const person = await stage.aUser();
    const page = await profile.tab();
    await page.goto(app.url);
    await page.locator('#sign-in').click();
    await signIn(page, person);
    await page.getByRole('heading', { name: 'Hello, Ada Lovelace' }).waitFor();
    expect(page.url()).toBe(`${app.url}/`);

    for (let time = 0; time < 2; time += 1) {
      await page.locator('#refresh').click();
      await page.getByText('Fresh tokens for Ada Lovelace').waitFor();
    }
    await page.locator('#sign-out').click();
    await page.locator('#logout-yes').click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    expect(profile.complaints).toEqual([]);
  });

  it('gets nothing at an origin that is not registered', async () => {
    await using app = await board(['https://another.example']);
    await using profile = await stage.profile();
    const page = await profile.tab();
    await page.goto(app.url);
    await page.locator('#sign-in').click();
    await signIn(page, await stage.aUser());
    await page.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
    expect(profile.complaints.join()).toContain('CORS');
  });
});
