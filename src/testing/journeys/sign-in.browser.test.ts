import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserStage, DASHBOARD, setBrowserStage, signIn, WIKI } from './browser-stage.ts';

let stage: BrowserStage;
beforeAll(async () => {
  stage = await setBrowserStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function scene(options = {}) {
  const stack = new AsyncDisposableStack();
  const dashboard = stack.use(await stage.demo(DASHBOARD));
  const wiki = stack.use(await stage.demo(WIKI, { name: 'Flock Wiki' }));
  const profile = stack.use(await stage.profile(options));
  const person = await stage.aUser({ name: 'Grace Hopper' });
  return { dashboard, wiki, profile, person, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe.each([
  { scripts: 'on', options: {} },
  { scripts: 'off', options: { javaScriptEnabled: false } },
])('in Chromium, with JavaScript $scripts', ({ options }) => {
  it('a link at the application leads to the first sign-in, and back signed in', async () => {
    await using at = await scene(options);
    const page = await at.profile.tab();
    await page.goto(at.dashboard.url);
    await page.locator('#sign-in').click();
    await page.waitForURL(/\/interaction\//);
    expect(await page.locator('h1').innerText()).toBe('Sign in');
    await signIn(page, at.person);
    await page.waitForURL(`${at.dashboard.url}/`);
    expect(await page.locator('h1').innerText()).toBe('Hello, Grace Hopper');
    expect(at.profile.complaints).toEqual([]);
  });

  it('the application on another site shows the same person and asks for nothing', async () => {
    await using at = await scene(options);
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    await signIn(page, at.person);
    await page.waitForURL(`${at.dashboard.url}/`);
    const session = await page.locator('#sid').innerText();

    await page.goto(at.wiki.url);
    await page.locator('#sign-in').click();
    await page.waitForURL(`${at.wiki.url}/`);
    await page.locator('#sign-out').waitFor();
    expect(await page.locator('#email').innerText()).toBe(at.person.email);
    expect(await page.locator('#sid').innerText()).toBe(session);
    expect(at.profile.complaints).toEqual([]);
  });

  it('signing out at one ends it for both', async () => {
    await using at = await scene(options);
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    await signIn(page, at.person);
    await page.locator('#sign-out').click();
    await page.locator('#logout-yes').click();
    await page.waitForURL(`${at.dashboard.url}/signed-out`);
    expect(await page.locator('h1').innerText()).toBe('You are signed out');

    await page.goto(`${at.wiki.url}/sign-in`);
    await page.waitForURL(/\/interaction\//);
    expect(await page.locator('input[name=password]').count()).toBe(1);
    expect(at.profile.complaints).toEqual([]);
  });

  it('signing out when the session has ended before leads back to the application', async () => {
    await using at = await scene(options);
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    await signIn(page, at.person);
    await page.locator('#sign-out').waitFor();
    await at.profile.context.clearCookies({ name: /avian/ });
    await page.locator('#sign-out').click();
    await page.waitForURL(`${at.dashboard.url}/signed-out`);
    expect(at.profile.complaints).toEqual([]);
  });

  it('staying signed in leads back to where the question came from', async () => {
    await using at = await scene(options);
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    await signIn(page, at.person);
    await page.locator('#sign-out').click();
    await page.locator('#logout-no').click();
    await page.waitForURL(`${at.dashboard.url}/signed-out`);
    await page.goto(`${at.wiki.url}/sign-in`);
    await page.locator('#sign-out').waitFor();
    expect(page.url()).toBe(`${at.wiki.url}/`);
    expect(at.profile.complaints).toEqual([]);
  });
});

describe('in Chromium', () => {
  it('an answer in a form arrives at the application on another site', async () => {
    await using dashboard = await stage.demo(DASHBOARD, { responseMode: 'form_post' });
    await using profile = await stage.profile();
    const person = await stage.aUser();
    const page = await profile.tab();
    await page.goto(`${dashboard.url}/sign-in`);
    await signIn(page, person);
    await page.waitForURL(`${dashboard.url}/`);
    expect(await page.locator('#email').innerText()).toBe(person.email);
    expect(profile.complaints).toEqual([]);
  });

  it('a request that another site posts is answered like any other', async () => {
    await using at = await scene();
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    await signIn(page, at.person);
    await page.waitForURL(`${at.dashboard.url}/`);

    await page.route('https://*/form', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${stage.issuer}/auth"><button id="go">
          ${Object.entries(requestOf(at.dashboard))
            .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
            .join('')}`,
      }),
    );
    await page.goto(`${at.wiki.url}/form`);
    await page.locator('#go').click();
    await page.waitForURL(/\/callback\?/);
    expect(new URL(page.url()).searchParams.get('code')).not.toBeNull();
  });

  it('cookies are Strict, Secure and out of reach of scripts, by names that say so', async () => {
    await using at = await scene();
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    const during = await at.profile.context.cookies(page.url());
    await signIn(page, at.person);
    await page.waitForURL(`${at.dashboard.url}/`);
    const after = await at.profile.context.cookies(stage.issuer);
    for (const cookie of [...during, ...after].filter(({ name }) => name.includes('avian'))) {
      expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Strict' });
      expect(cookie.name).toMatch(/^__(?:Host|Secure)-/);
    }
    expect(after.map(({ name }) => name)).toContain('__Host-avian-session');
  });

  it('going back after signing in asks nobody for anything twice, and forward is where it was', async () => {
    await using at = await scene();
    const page = await at.profile.tab();
    await page.goto(at.dashboard.url);
    await page.locator('#sign-in').click();
    await signIn(page, at.person);
    await page.waitForURL(`${at.dashboard.url}/`);
    await page.goBack();
    expect(await page.locator('h1').innerText()).not.toBe('');
    expect(await page.locator('main').innerText()).not.toMatch(/invalid_|SessionNotFound/);
    await page.goto(at.dashboard.url);
    expect(await page.locator('h1').innerText()).toBe('Hello, Grace Hopper');
  });

  it('a form that is sent again after going back ends on a page that helps', async () => {
    await using at = await scene();
    const page = await at.profile.tab();
    await page.goto(at.dashboard.url);
    await page.locator('#sign-in').click();
    await page.waitForURL(/\/interaction\//);
    const there = page.url();
    await signIn(page, at.person);
    await page.waitForURL(`${at.dashboard.url}/`);
    const answer = await page.goto(there);
    expect(answer?.status()).toBe(410);
    expect(await page.locator('h1').innerText()).toBe('This sign-in took too long');
    await page.getByRole('link', { name: /Flock Dashboard/ }).click();
    await page.locator('#sign-out').waitFor();
  });

  it('two tabs can both be filled in', async () => {
    await using at = await scene();
    const [one, other] = [await at.profile.tab(), await at.profile.tab()];
    await one.goto(`${at.dashboard.url}/sign-in`);
    await other.goto(`${at.wiki.url}/sign-in`);
    await signIn(one, at.person);
    await one.locator('#sign-out').waitFor();
    await signIn(other, at.person);
    await other.locator('#sign-out').waitFor();
    expect(await other.locator('#email').innerText()).toBe(await one.locator('#email').innerText());
    expect(at.profile.complaints).toEqual([]);
  });

  it('the keyboard is enough, and starts in the first empty field', async () => {
    await using at = await scene();
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    await page.locator('input[name=login]:focus').waitFor();
    await page.keyboard.type(at.person.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(at.person.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${at.dashboard.url}/`);
    expect(await page.locator('#email').innerText()).toBe(at.person.email);
  });

  it('a wrong password is answered in the page, aloud, with the address kept', async () => {
    await using at = await scene();
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    await signIn(page, { ...at.person, password: 'wrong' });
    await page.locator('[role=alert]:focus').waitFor();
    expect(await page.locator('input[name=login]').inputValue()).toBe(at.person.email);
    expect(await page.locator('input[name=password]').inputValue()).toBe('');
    await signIn(page, at.person);
    await page.waitForURL(`${at.dashboard.url}/`);
    expect(at.profile.complaints.filter((one) => !/422/.test(one))).toEqual([]);
  });

  it('a password can be looked at before it is sent', async () => {
    await using at = await scene();
    const page = await at.profile.tab();
    await page.goto(`${at.dashboard.url}/sign-in`);
    const field = page.locator('input[name=password]');
    await field.fill('correct horse');
    await page.getByRole('button', { name: 'Show password' }).click();
    expect(await field.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Hide password' }).click();
    expect(await field.getAttribute('type')).toBe('password');
  });
});

function requestOf({ clientId, url }: { clientId: string; url: string }) {
  return {
    client_id: clientId,
    redirect_uri: `${url}/callback`,
    response_type: 'code',
    scope: 'openid',
    state: 'posted',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  };
}
