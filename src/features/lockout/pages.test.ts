import { describe, expect, it } from 'vitest';
import { createToolkit, form, serveAt } from '#src/http/bench.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { anOwner, createBench, ISSUER, tryPassword } from './bench.ts';
import { createUnlockPages, type UnlockPagesDeps } from './pages.ts';

const ADA = anOwner();
const SUBJECT = { owner: ADA, email: ADA.email, origin: {} };
const WEBMAIL = 'http://mail.example.test/';
const FLOCK = { name: 'Flock Dashboard', href: 'https://flock.example.com/' };

/** Ada's account, closed, and the pages that open it. */
async function closedAccount(over: Partial<UnlockPagesDeps> = {}) {
  const bench = createBench();
  for (let count = 0; count < 5; count += 1) await tryPassword(bench, SUBJECT, 'wrong');
  const token = String(bench.mails[0]?.model['href']).replace(`${ISSUER}/unlock/`, '');
  const here = { origin: '' };
  const { ask } = await serveAt((origin) => {
    here.origin = origin;
    const toolkit = createToolkit({ issuer: origin });
    return [...toolkit.stack, createUnlockPages({ ...toolkit, ...bench, ...over })];
  });
  const { origin } = here;
  const link = `${origin}/unlock/${token}`;
  const isOpen = async () => (await tryPassword(bench, SUBJECT, 'right')).check === 'right';
  return { ...bench, ask, origin, token, link, isOpen };
}

describe('the page that opens an account', () => {
  it.each([
    ['a mail program', undefined],
    ['webmail on another site', WEBMAIL],
  ])('is reached from %s, with the token out of its address', async (_, from) => {
    const { link, origin, token } = await closedAccount();
    const visitor = createVisitor();
    const page = await visitor.open(link, from === undefined ? {} : { from });
    expect(page.heading).toBe('Open ada@x.test’s account');
    expect(page.url.origin).toBe(origin);
    expect(page.url.pathname).toBe('/unlock');
    expect(page.html).not.toContain(token);
  });

  it('opens it with a press of its button, and leads on to the application', async () => {
    const { link, isOpen, entries } = await closedAccount({
      application: { find: async () => FLOCK },
    });
    const page = await (await createVisitor().open(link, { from: WEBMAIL })).press(
      '#unlock-submit',
    );
    expect(page.heading).toBe('Your account is open');
    expect(page.text).toContain('ada@x.test');
    expect(page.read('.button', 'href')).toBe(FLOCK.href);
    expect(entries.at(-1)).toMatchObject({
      action: 'lockout.opened',
      origin: { requestId: expect.stringMatching(/./) },
    });
    expect(await isOpen()).toBe(true);
  });

  it('needs no application to lead to', async () => {
    const { link } = await closedAccount();
    const page = await (await createVisitor().open(link)).press('#unlock-submit');
    expect(page.text).toContain('Go back to the application you came from');
    expect(page.has('.button')).toBe(false);
  });

  it('spends nothing when it is looked at, however often and by whomever', async () => {
    const { link, isOpen, ask, origin, token } = await closedAccount();
    await createVisitor().open(link);
    await createVisitor().open(link);
    const headers = { host: new URL(origin).host };
    expect((await ask(`/unlock/${token}`, { method: 'HEAD', headers })).status).toBe(200);
    expect(await isOpen()).toBe(false);
    const page = await (await createVisitor().open(link)).press('#unlock-submit');
    expect(page.heading).toBe('Your account is open');
  });

  it('says calmly that the link is over, once it was used, and offers a new password', async () => {
    const { link } = await closedAccount();
    const visitor = createVisitor();
    const page = await visitor.open(link);
    await page.press('#unlock-submit');
    for (const late of [await page.press('#unlock-submit'), await visitor.open(link)]) {
      expect([late.status, late.heading]).toEqual([410, 'This link no longer works']);
      expect(late.read('.button', 'href')).toBe('/recovery');
    }
  });

  it.each(['A'.repeat(43), 'short', '%00', `${'A'.repeat(43)}A`])(
    'says the same of a link that never was: %s',
    async (token) => {
      const { origin } = await closedAccount();
      const page = await createVisitor().open(`${origin}/unlock/${token}`, { from: WEBMAIL });
      expect([page.status, page.heading]).toEqual([410, 'This link no longer works']);
    },
  );

  it('says it to a browser that came without a link', async () => {
    const { origin } = await closedAccount();
    const page = await createVisitor().open(`${origin}/unlock`);
    expect([page.status, page.hops.length]).toEqual([410, 1]);
  });

  it('opens nothing for a form of another site, or for one without a token of ours', async () => {
    const { isOpen, ask, origin, token } = await closedAccount();
    const { headers, ...forged } = form({ csrf: 'x.y' });
    for (const site of ['cross-site', 'same-origin']) {
      const cookie = `avian-unlock=${token}`;
      const browser = { host: new URL(origin).host, cookie, 'sec-fetch-site': site };
      const { status } = await ask('/unlock', { ...forged, headers: { ...headers, ...browser } });
      expect(status).toBe(403);
    }
    expect(await isOpen()).toBe(false);
  });

  it('hands the token to no other page by a Referer, and keeps it in a cookie scripts can’t read', async () => {
    const { ask, token, origin } = await closedAccount();
    const headers = { host: new URL(origin).host };
    const { text, headers: answered } = await ask(`/unlock/${token}`, { headers });
    expect(text).toContain('content="0;url=/unlock"');
    expect(text).not.toContain(token);
    expect(answered['referrer-policy']).toBe('no-referrer');
    expect(answered['set-cookie']?.[0]).toMatch(/^avian-unlock=.*samesite=strict; httponly$/i);
  });
});
