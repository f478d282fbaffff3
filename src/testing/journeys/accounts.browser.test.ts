import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '#src/kernel/clock.ts';
import { newMark } from '../instance.ts';
import { type BrowserStage, DASHBOARD, setBrowserStage, signIn } from './browser-stage.ts';

let stage: BrowserStage;
beforeAll(async () => {
  stage = await setBrowserStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const PASSWORD = 'A brand-new pass-phrase 5';

/** An application whose tenant lets people register, and a browser. */
async function scene(options: object) {
  const stack = new AsyncDisposableStack();
  const tenant = await stage.aTenant();
  await stage.rooms.tenancy.update(tenant.slug, { registration: 'open' });
  const app = stack.use(await stage.demo(DASHBOARD, {}, { tenantId: tenant.id }));
  const profile = stack.use(await stage.profile(options));
  const person = await stage.aUser({ tenantId: tenant.id, name: 'Grace Hopper' });
  return { app, profile, person, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** As from the window of a mail program: with no page of ours before it. */
async function openLetter(page: Page, address: string): Promise<void> {
  const letter = await stage.letterTo(address);
  await page.goto(letter.links[0] ?? '');
}

async function register(page: Page, email: string): Promise<void> {
  await page.locator('#register').click();
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=name]').fill('Grace Hopper');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('#register-submit').click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
}

/** What a page without scripts says when it answers a mistake. */
const unforeseen = (complaints: readonly string[]) =>
  complaints.filter((one) => !/status of 4\d\d/.test(one));

describe.each([
  { scripts: 'on', options: {} },
  { scripts: 'off', options: { javaScriptEnabled: false } },
])('in Chromium, with JavaScript $scripts', ({ scripts, options }) => {
  it('somebody new registers, confirms by mail, and is signed in to the application that asked', async () => {
    await using at = await scene(options);
    const email = `grace.${newMark()}@example.com`;
    const waiting = await at.profile.tab();
    await waiting.goto(`${at.app.url}/sign-in`);
    await register(waiting, email);

    const mail = await at.profile.tab();
    await openLetter(mail, email);
    await mail.locator('#confirm-submit').click();
    await mail.waitForURL(`${at.app.url}/`);
    expect(await mail.locator('#email').innerText()).toBe(email);
    expect(unforeseen(at.profile.complaints)).toEqual([]);
  });

  it('the tab that waits goes on when the mail is opened on another device', async () => {
    await using at = await scene(options);
    await using phone = await stage.profile(options);
    const email = `grace.${newMark()}@example.com`;
    const waiting = await at.profile.tab();
    await waiting.goto(`${at.app.url}/sign-in`);
    await register(waiting, email);

    const mail = await phone.tab();
    await openLetter(mail, email);
    await mail.locator('input[name=password]').fill(PASSWORD);
    await mail.locator('#confirm-submit').click();
    await mail.getByRole('heading', { name: 'Your email is confirmed' }).waitFor();
    if (scripts === 'off') await waiting.locator('#verify-continue').click();
    await waiting.waitForURL(`${at.app.url}/`);
    expect(await waiting.locator('#email').innerText()).toBe(email);
    expect(unforeseen([...at.profile.complaints, ...phone.complaints])).toEqual([]);
  });

  it('who forgot their password sets another by mail, and is out everywhere else', async () => {
    await using at = await scene(options);
    await using elsewhere = await stage.profile(options);
    const other = await elsewhere.tab();
    await other.goto(`${at.app.url}/sign-in`);
    await signIn(other, at.person);
    await other.waitForURL(`${at.app.url}/`);

    const page = await at.profile.tab();
    await page.goto(`${at.app.url}/sign-in`);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.locator('input[name=email]').fill(at.person.email);
    await page.locator('#recovery-submit').click();
    await page.getByRole('heading', { name: 'Check your email' }).waitFor();
    await openLetter(page, at.person.email);
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.locator('#password-submit').click();
    await page.getByRole('heading', { name: 'Password changed' }).waitFor();
    await page.locator('a.button').click();
    await signIn(page, { ...at.person, password: PASSWORD });
    await page.waitForURL(`${at.app.url}/`);

    await other.goto(`${at.app.url}/sign-in`);
    await other.locator('input[name=password]').waitFor();
    expect(unforeseen(at.profile.complaints)).toEqual([]);
  });

  it('an expired password is changed on the way to the application', async () => {
    await using at = await scene(options);
    stage.clock.pass(90 * DAY);
    const page = await at.profile.tab();
    await page.goto(`${at.app.url}/sign-in`);
    await signIn(page, at.person);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await page.locator('input[name=password]').fill('Short 1!');
    await page.locator('#change-submit').click();
    await page.locator('[role=alert]').waitFor();
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.locator('#change-submit').click();
    await page.waitForURL(`${at.app.url}/`);
    expect(await page.locator('#email').innerText()).toBe(at.person.email);
    expect(unforeseen(at.profile.complaints)).toEqual([]);
  });

  it('a stranger’s guesses keep new browsers out, not the owner’s, until the mail is opened', async () => {
    await using at = await scene(options);
    await using stranger = await stage.profile(options);
    const own = await at.profile.tab();
    await own.goto(`${at.app.url}/sign-in`);
    await signIn(own, at.person);
    await own.waitForURL(`${at.app.url}/`);

    const guesses = await stranger.tab();
    await guesses.goto(`${at.app.url}/sign-in`);
    for (let count = 0; count < 5; count += 1) {
      await signIn(guesses, { ...at.person, password: `Guess number ${count}!` });
      await guesses.locator('[role=alert]').waitFor();
    }
    await signIn(guesses, at.person);
    await guesses.locator('[role=alert]').waitFor();

    await own.locator('#sign-out').click();
    await own.locator('#logout-yes').click();
    await own.waitForURL(`${at.app.url}/signed-out`);
    await own.goto(`${at.app.url}/sign-in`);
    await signIn(own, at.person);
    await own.waitForURL(`${at.app.url}/`);

    await openLetter(own, at.person.email);
    await own.locator('#unlock-submit').click();
    await own.getByRole('heading', { name: 'Your account is open' }).waitFor();
    await signIn(guesses, at.person);
    await guesses.waitForURL(`${at.app.url}/`);
    expect(unforeseen([...at.profile.complaints, ...stranger.complaints])).toEqual([]);
  });
});

describe('in Chromium', () => {
  it('rules are ticked and the strength is said while a password is typed', async () => {
    await using at = await scene({});
    const page = await at.profile.tab();
    await page.goto(`${at.app.url}/sign-in`);
    await page.locator('#register').click();
    const field = page.locator('input[name=password]');
    const met = page.locator('#password-rules li.met');
    await field.pressSequentially('a');
    const few = await met.count();
    await field.fill(PASSWORD);
    await page.locator('#password-strength strong').filter({ hasText: /\w/ }).waitFor();
    expect(await met.count()).toBeGreaterThan(few);
    expect(at.profile.complaints).toEqual([]);
  });

  it('an address is changed from the new mailbox, and back from the old one', async () => {
    await using at = await scene({});
    const page = await at.profile.tab();
    await page.goto(`${at.app.url}/sign-in`);
    await signIn(page, at.person);
    await page.waitForURL(`${at.app.url}/`);
    const newEmail = `grace.${newMark()}@example.com`;
    await page.goto(`${stage.issuer}/account/email`);
    await page.locator('input[name=email]').fill(newEmail);
    await page.locator('input[name=password]').fill(at.person.password);
    await page.locator('#email-submit').click();
    await openLetter(page, newEmail);
    await page.locator('button[type=submit]').click();
    await page
      .locator('h1')
      .filter({ hasText: /changed/i })
      .waitFor();

    await using elsewhere = await stage.profile({});
    const other = await elsewhere.tab();
    await other.goto(`${at.app.url}/sign-in`);
    await signIn(other, { ...at.person, email: newEmail });
    await other.waitForURL(`${at.app.url}/`);

    await openLetter(page, at.person.email);
    await page.locator('button[type=submit]').click();
    await page.locator('h1').waitFor();
    await other.goto(`${at.app.url}/sign-in`);
    await signIn(other, at.person);
    await other.waitForURL(`${at.app.url}/`);
    expect(await other.locator('#email').innerText()).toBe(at.person.email);
  });
});
