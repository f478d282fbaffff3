import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aRegistrationBench,
  aSite,
  type RegistrationBench,
} from '#src/features/registration/bench.ts';
import { mark } from '#src/infra/postgres/bench.ts';
import { DAY, MINUTE } from '#src/kernel/clock.ts';
import { PASSWORD } from './bench.ts';

let room: RegistrationBench;
beforeAll(async () => {
  room = await aRegistrationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

/** A browser that has just registered, and waits. */
async function aWaitingBrowser(interaction?: string) {
  const tenant = await room.aTenant();
  const site = await aSite(room, { tenantId: tenant.id, ...(interaction && { interaction }) });
  const browser = site.visitor();
  const email = `ada.${mark()}@x.test`;
  const form = await browser.open(`${site.origin}/register`);
  const page = await form
    .enter({ email, name: 'Ada', password: PASSWORD })
    .press('#register-submit');
  return { site, browser, email, page, link: site.linkOf(email), token: room.newest(email).token };
}

const wrongFor = (code: string) => `${(Number(code) + 1) % 1_000_000}`.padStart(6, '0');

describe('the page that waits', () => {
  it('says what to do in a browser that waits for nothing', async () => {
    const { origin, visitor } = await aSite(room);
    for (const path of ['/verify', '/verify/code', '/verify/continue', '/verify/resend']) {
      const page = await visitor().open(`${origin}${path}`);
      expect([page.url.pathname, page.status, page.heading]).toEqual([
        '/verify',
        410,
        'Nothing to confirm here',
      ]);
    }
  });

  it('takes the code however it is grouped, and says when it is not right', async () => {
    const { email, page } = await aWaitingBrowser();
    const { code } = room.newest(email);
    expect(page.read('#code', 'inputmode')).toBe('numeric');
    expect(page.read('#code', 'autocomplete')).toBe('one-time-code');
    const wrong = await page.enter({ code: wrongFor(code) }).press('#code-submit');
    expect(wrong.status).toBe(422);
    expect(wrong.says('#note')).toContain('That code isn’t right.');
    const right = await wrong
      .enter({ code: `${code.slice(0, 3)} ${code.slice(3)}` })
      .press('#code-submit');
    expect(right.heading).toBe('Your email is confirmed');
    expect(right.read('a.button', 'href')).toBe('https://flock.example.com/');
  });

  it('goes on by its button once the address is proven elsewhere, and not before', async () => {
    const { site, browser, page, link } = await aWaitingBrowser('uid-1');
    const state = async () => (await browser.open(`${site.origin}/verify/state`)).html;
    expect((await page.press('#verify-continue')).says('#note')).toContain('isn’t confirmed yet');
    expect(await state()).toBe('{"verified":false}');

    const elsewhere = await site.visitor().open(link);
    await elsewhere.enter({ password: PASSWORD }).press('#confirm-submit');
    expect(await state()).toBe('{"verified":true}');
    const onward = await page.press('#verify-continue');
    expect(onward.url.pathname).toBe('/interaction/uid-1');
    // What the script polls for is enough to reload for, too.
    expect((await page.reload()).url.pathname).toBe('/interaction/uid-1');
  });

  it('may ask for its state, which no cache keeps, and other pages may ask for nothing', async () => {
    const { site, browser, page, link } = await aWaitingBrowser();
    const policy = 'content-security-policy';
    expect(page.header(policy)).toContain("connect-src 'self'");
    expect((await browser.open(link)).header(policy)).not.toContain('connect-src');
    const state = await browser.open(`${site.origin}/verify/state`);
    expect(state.header('cache-control')).toBe('no-store');
    expect(state.header('content-type')).toContain('application/json');
  });

  it('sends another mail, and says the same when the address has had its share', async () => {
    const { email, page } = await aWaitingBrowser();
    let shown = page;
    for (let asked = 0; asked < 4; asked += 1) {
      shown = await shown.press('#verify-resend');
      expect([shown.status, shown.has('#resent')]).toEqual([200, true]);
    }
    expect(room.mailsTo(email)).toHaveLength(3);
    const right = await shown.enter({ code: room.newest(email).code }).press('#code-submit');
    expect(right.heading).toBe('Your email is confirmed');
  });

  it('looks the same where there is nothing to prove', async () => {
    const { site, page } = await aWaitingBrowser();
    const user = await room.aStranger({ selfRegistered: false });
    const form = await site.visitor().open(`${site.origin}/register`);
    const empty = await form
      .enter({ email: user.email, name: 'Ada', password: PASSWORD })
      .press('#register-submit');
    const plain = (html: string) =>
      html.replaceAll(/name="csrf" value="[^"]+"/g, '').replaceAll(/ada\.[0-9a-f]+@x\.test/g, '');
    expect(plain(empty.html)).toBe(plain(page.html));
    for (const button of ['#verify-resend', '#verify-continue']) {
      const [here, there] = [await empty.press(button), await page.press(button)];
      expect(here.status).toBe(there.status);
      expect(plain(here.html)).toBe(plain(there.html));
    }
    const tried = await empty.enter({ code: '123456' }).press('#code-submit');
    expect(tried.status).toBe(422);
    expect(room.mailsTo(user.email).map(({ topic }) => topic)).toEqual(['registration/taken']);
  });
});

describe('the mailed link', () => {
  it('moves its token out of the address, and shows a button that names the address', async () => {
    const { site, browser, email, link, token } = await aWaitingBrowser();
    const page = await browser.open(link, { from: 'http://mail.example.test/' });
    const { headers } = await fetch(link);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.getSetCookie().join()).toMatch(/verify-link=[^;]+;.*httponly/i);
    expect(page.url.pathname).toBe('/verify/confirm');
    expect(page.html).not.toContain(token);
    expect(page.says('#confirm-submit')).toBe(`Confirm ${email}`);
    expect(page.has('#password')).toBe(false);
    // Whatever followed the link so far has changed nothing.
    await site.visitor().open(link);
    const done = await page.press('#confirm-submit');
    expect(done.heading).toBe('Your email is confirmed');
  });

  it('goes on to the sign-in from the browser that waits', async () => {
    const { site, browser, link } = await aWaitingBrowser('uid-2');
    await (await browser.open(link)).press('#confirm-submit');
    expect(site.arrivals).toEqual(['/interaction/uid-2']);
  });

  it('asks any other browser for the password, keeps working after a wrong one, and leads to the application', async () => {
    const { site, link } = await aWaitingBrowser('uid-3');
    const page = await site.visitor().open(link);
    expect(page.text).toContain('It was chosen when the account was made.');
    const wrong = await page.enter({ password: 'not it' }).press('#confirm-submit');
    expect([wrong.status, wrong.has('#password')]).toEqual([422, true]);
    expect(wrong.says('#note')).toContain('That password isn’t right.');
    expect(wrong.has('a[href="/recovery"]')).toBe(true);
    const done = await wrong.enter({ password: PASSWORD }).press('#confirm-submit');
    expect(done.heading).toBe('Your email is confirmed');
    expect(done.text).toContain('Go on in the tab you came from');
    expect(done.read('a.button', 'href')).toBe('https://flock.example.com/');
    expect(site.arrivals).toEqual([]);
  });

  it('says so when it was used, when it is nobody’s, and when a newer one took its place', async () => {
    const { site, browser, page, link } = await aWaitingBrowser();
    const shown = async (address: string) => {
      const { status, heading } = await site.visitor().open(address);
      return [status, heading];
    };
    const gone = [410, 'This link doesn’t work any more'];
    expect(await shown(`${site.origin}/verify/${'x'.repeat(43)}`)).toEqual(gone);
    expect(await shown(`${site.origin}/verify/short`)).toEqual(gone);
    expect(await shown(`${site.origin}/verify/confirm`)).toEqual(gone);
    await page.press('#verify-resend');
    expect(await shown(link)).toEqual(gone);
    const newer = site.linkOf(page.says('.lede strong') ?? '');
    await (await browser.open(newer)).press('#confirm-submit');
    expect(await shown(newer)).toEqual([200, 'Your email is confirmed already']);
  });

  it('that has expired leads to a new one', async () => {
    const { site, email, link } = await aWaitingBrowser();
    room.clock.pass(DAY + MINUTE);
    const browser = site.visitor();
    const expired = await browser.open(link);
    expect([expired.status, expired.heading]).toEqual([410, 'This link has expired']);
    const sent = await expired.press('#verify-again');
    expect(sent.heading).toBe('Check your email');
    expect(room.mailsTo(email)).toHaveLength(2);
    const page = await browser.open(site.linkOf(email));
    const done = await page.enter({ password: PASSWORD }).press('#confirm-submit');
    expect(done.heading).toBe('Your email is confirmed');
  });

  it('takes no form with another browser’s token', async () => {
    const { site, browser, link } = await aWaitingBrowser();
    const page = await browser.open(link);
    const stranger = await site.visitor().open(link);
    const csrf = stranger.read('input[name=csrf]', 'value') ?? '';
    expect((await page.enter({ csrf }).press('#confirm-submit')).status).toBe(403);
  });
});
