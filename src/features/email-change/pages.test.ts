import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from '#src/http/bench.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import { createBrowser } from '../recovery/bench.ts';
import type { Wish } from './asking.ts';
import { createEmailChangePages, type EmailChangePagesDeps } from './pages.ts';

const TOKEN = 'T'.repeat(43);
const ADA = {
  ...{ id: userId('ada'), tenantId: tenantId('t'), email: 'ada@x.test', name: 'Ada' },
};

type Rooms = EmailChangePagesDeps['emailChange'];

interface Doubles extends Partial<Rooms> {
  readonly isSignedIn?: boolean;
}

/** The pages over a room in which one link of each kind is good, and `right` is the password. */
async function openDoor({ isSignedIn = true, ...over }: Doubles = {}) {
  const toolkit = createToolkit();
  const asked: Wish[] = [];
  const used: string[] = [];
  const paced: string[] = [];
  const use = (kind: string) => async (token: string) => {
    used.push(kind);
    return token === TOKEN ? done('ada@x.test') : refused('link-unknown');
  };
  const router = createEmailChangePages({
    ...toolkit,
    emailChange: {
      async ask(wish) {
        asked.push(wish);
        return wish.password === 'right' ? done(undefined) : refused('wrong-password');
      },
      look: async ({ token }) =>
        token === TOKEN
          ? done({ oldEmail: 'old@x.test', newEmail: 'new@x.test' })
          : refused('link-unknown'),
      confirm: use('confirm'),
      undo: use('undo'),
      ...over,
    },
    signedIn: { find: async () => (isSignedIn ? ADA : undefined) },
    device: { keep: () => 'device' },
    pace: {
      async even(work) {
        paced.push('paced');
        return work();
      },
    },
    wayBack: {
      onward: async (ctx) =>
        toolkit.cookies.read(ctx, 'application') === 'flock'
          ? { name: 'Flock Dashboard', href: '/interaction/uid-of-ada' }
          : undefined,
    },
  });
  const browser = createBrowser(await serve(...toolkit.stack, router));
  return { ...browser, asked, used, paced, logger: toolkit.logger };
}

const WISH = { email: 'new@x.test', password: 'right' };

describe('the page to change the address on', () => {
  it('asks for the new one, and for the password once more', async () => {
    const { ask } = await openDoor();
    const { status, text } = await ask('/account/email');
    expect(status).toBe(200);
    expect(text).toContain('ada@x.test');
    expect(text).toMatch(/<input[^>]*name="email"[^>]*type="email"[^>]*autocomplete="email"/);
    expect(text).toMatch(/<input[^>]*name="password"[^>]*autocomplete="current-password"/);
  });

  it('sends on to the mailbox, at an even pace', async () => {
    const { send, asked, paced } = await openDoor();
    const { status, headers } = await send('/account/email', WISH);
    expect([status, headers.location]).toEqual([303, '/account/email/sent']);
    expect(asked).toMatchObject([
      { person: { id: 'ada' }, newEmail: 'new@x.test', password: 'right', device: 'device' },
    ]);
    expect(paced).toEqual(['paced']);
  });

  it('keeps the address after a mistake, and forgets the password', async () => {
    const { send } = await openDoor();
    const { status, text } = await send('/account/email', { ...WISH, password: 'wr<o>ng' });
    expect(status).toBe(422);
    expect(text).toContain('<title>Error: ');
    expect(text).toContain('That password isn’t right.');
    expect(text).toContain('value="new@x.test"');
    expect(text).not.toContain('wr&lt;o');
  });

  it.each([
    ['no-address', 'That isn’t an email address.'],
    ['same-address', 'That is your address already.'],
  ] as const)('says what is wrong with it: %s', async (reason, words) => {
    const { send } = await openDoor({ ask: async () => refused(reason) });
    const email = `${'ﷺ'.repeat(3000)}@x.test`;
    const { status, text } = await send('/account/email', { ...WISH, email });
    expect([status, text.includes(words)]).toEqual([422, true]);
    expect(text.length).toBeLessThan(10_000);
  });

  it('is for whoever is signed in, and shows the others where to', async () => {
    const { ask, send, asked, jar } = await openDoor({ isSignedIn: false });
    const { status, text } = await ask('/account/email');
    expect(status).toBe(401);
    expect(text).toContain('Sign in first');
    expect((await send('/account/email', WISH)).status).toBe(401);
    expect(asked).toEqual([]);
    jar.set('avian-application', 'flock');
    expect((await ask('/account/email')).text).toContain(
      '<a class="button" href="/interaction/uid-of-ada">Sign in to Flock Dashboard</a>',
    );
  });

  it('is closed to another site', async () => {
    const { send, asked } = await openDoor();
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await send('/account/email', WISH, elsewhere)).status).toBe(403);
    expect((await send('/account/email', { ...WISH, csrf: 'x.y' })).status).toBe(403);
    expect(asked).toEqual([]);
  });
});

describe.each(['confirm', 'undo'] as const)('the link to %s', (kind) => {
  const page = `/email/${kind}`;

  it('leaves the address, and waits for a press of the button', async () => {
    const { ask, used } = await openDoor();
    for (const method of ['HEAD', 'GET']) {
      const { status, headers } = await ask(`${page}/${TOKEN}`, { method });
      expect(status).toBe(200);
      expect(headers['referrer-policy']).toBe('no-referrer');
    }
    const { status, text } = await ask(page);
    expect(status).toBe(200);
    expect(text).toContain('old@x.test');
    expect(text).toContain('new@x.test');
    expect(text).not.toContain(TOKEN);
    expect(used).toEqual([]);
  });

  it('acts on the press, and forgets the link', async () => {
    const { ask, send, used, jar } = await openDoor();
    await ask(`${page}/${TOKEN}`);
    const { status, headers } = await send(page, {});
    expect([status, headers.location]).toEqual([303, `${page}/done`]);
    expect(used).toEqual([kind]);
    expect([...jar.keys()]).toEqual(['avian-browser']);
    expect((await ask(`${page}/done`)).status).toBe(200);
    jar.set('avian-application', 'flock');
    expect((await ask(`${page}/done`)).text).toContain('Flock Dashboard');
  });

  it('is refused from another site', async () => {
    const { ask, send, used } = await openDoor();
    await ask(`${page}/${TOKEN}`);
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await send(page, {}, elsewhere)).status).toBe(403);
    expect(used).toEqual([]);
  });

  it('opens nothing when it is broken, or when there is none', async () => {
    const { ask } = await openDoor();
    await ask(`${page}/${TOKEN}`);
    await ask(`${page}/${TOKEN}x`);
    const { status, text } = await ask(page);
    expect(status).toBe(410);
    expect(text).toContain('This link doesn’t work any more');
    expect(text).not.toContain('<form');
  });

  it.each([
    ['link-expired', kind === 'undo' ? '72 hours' : '24 hours'],
    ['link-used', 'already used'],
    ['link-overtaken', 'doesn’t work any more'],
    ['account-closed', 'doesn’t work any more'],
    ['address-taken', 'This address can’t be used'],
  ] as const)('that is refused (%s) says so calmly', async (reason, words) => {
    const { ask, send } = await openDoor({ [kind]: async () => refused(reason) });
    await ask(`${page}/${TOKEN}`);
    const { status, text } = await send(page, {});
    expect([status, text.includes(words)]).toEqual([410, true]);
  });

  it('is in no log', async () => {
    const { ask, send, logger } = await openDoor();
    await ask(`${page}/${TOKEN}`);
    await send(page, {});
    const lines = JSON.stringify(logger.lines);
    expect(lines).toContain(`${page}/:token`);
    expect(lines).not.toContain(TOKEN);
  });
});

describe('the page that sends to the mailbox', () => {
  it('says nothing of the address, and leads back', async () => {
    const { ask, jar } = await openDoor();
    expect((await ask('/account/email/sent')).text).toContain('Check your new address');
    jar.set('avian-application', 'flock');
    expect((await ask('/account/email/sent')).text).toContain('Flock Dashboard');
  });
});
