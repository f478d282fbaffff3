import { describe, expect, it } from 'vitest';
import { type Ask, createToolkit, form, serve } from '#src/http/bench.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import { BROWSER, createBrowser, createDoubles, ISSUER } from './bench.ts';
import { createRecoveryPages, type RecoveryPagesDeps } from './pages.ts';
import type { Recovery } from './service.ts';

const TOKEN = 'T'.repeat(43);

type Rooms = RecoveryPagesDeps['recovery'];

/** The pages over a room in which one link is good, and `Good-1` the only fit password. */
async function openDoor(over: Partial<Rooms> = {}, guards = Number.POSITIVE_INFINITY) {
  const toolkit = createToolkit();
  const asked: string[] = [];
  const paced: string[] = [];
  const chosen: Parameters<Recovery['complete']>[0][] = [];
  const recovery: Rooms = {
    async request({ email }) {
      asked.push(email);
    },
    look: async (token) =>
      token === TOKEN
        ? done({
            email: 'ada@x.test',
            policy: { rules: 'composition', minLength: 12, days: 90 },
          })
        : refused('link-unknown'),
    async complete(choice) {
      chosen.push(choice);
      if (choice.token !== TOKEN) return refused('link-unknown');
      return choice.password === 'Good-1'
        ? done(undefined)
        : { ok: false, reason: 'unfit', faults: ['reused', 'no-digit'] };
    },
    ...over,
  };
  const router = createRecoveryPages({
    ...toolkit,
    recovery,
    limits: { spend: async () => undefined },
    pace: {
      async even(work) {
        paced.push('began');
        try {
          return await work();
        } finally {
          paced.push('ended');
        }
      },
    },
    wayBack: {
      onward: async (ctx) =>
        toolkit.cookies.read(ctx, 'application') === 'flock'
          ? { name: 'Flock Dashboard', href: '/interaction/uid-of-ada' }
          : undefined,
    },
  });
  const served = await serve(...toolkit.stack.slice(0, guards), router);
  const browser = createBrowser(served);
  return { ...browser, asked, paced, chosen, logger: toolkit.logger };
}

describe('asking for a link', () => {
  it('is one field, filled in with the address that is brought along', async () => {
    const { ask } = await openDoor();
    const { status, text } = await ask('/recovery?email=Ada%40x.test');
    expect(status).toBe(200);
    expect(text.match(/<input(?![^>]*type="hidden")/g)).toHaveLength(1);
    expect(text).toMatch(/<input[^>]*name="email"[^>]*type="email"[^>]*value="Ada@x\.test"/);
  });

  it.each(['', '?email=nobody', '?email=%3Cscript%3E', '?other=1'])(
    'is an empty field for %j',
    async (query) => {
      const { ask } = await openDoor();
      expect((await ask(`/recovery${query}`)).text).toContain('value=""');
    },
  );

  it('is answered alike for whatever is asked, and at an even pace', async () => {
    const { send, asked, paced } = await openDoor();
    for (const email of ['ada@x.test', 'nobody@x.test', 'no address', 'x'.repeat(5000)]) {
      const { status, headers, text } = await send('/recovery', { email });
      expect([status, headers.location, text]).toEqual([
        303,
        '/recovery/sent',
        'Redirecting to /recovery/sent.',
      ]);
      expect(asked.at(-1)).toBe(email);
      expect(paced.splice(0)).toEqual(['began', 'ended']);
    }
  });

  it('says what it always says, and where the sign-in goes on', async () => {
    const { ask, jar } = await openDoor();
    const { status, text } = await ask('/recovery/sent');
    expect(status).toBe(200);
    expect(text).toContain('If that address has an account, we sent a link. It works for 1 hour.');
    expect(text).not.toContain('/interaction/');
    jar.set('avian-application', 'flock');
    expect((await ask('/recovery/sent')).text).toContain('href="/interaction/uid-of-ada"');
  });

  it('is refused from another site, and without the form’s token', async () => {
    const { send, asked } = await openDoor();
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await send('/recovery', { email: 'ada@x.test' }, elsewhere)).status).toBe(403);
    expect((await send('/recovery', { email: 'ada@x.test', csrf: 'x.y' })).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it('is calm about a database that is away, at the same pace', async () => {
    const request = () => Promise.reject(new Unavailable('The database is not available.'));
    const { send, paced } = await openDoor({ request });
    expect((await send('/recovery', { email: 'ada@x.test' })).status).toBe(503);
    expect(paced).toEqual(['began', 'ended']);
  });
});

describe('a mailed link', () => {
  it('leaves the address before anything can be clicked', async () => {
    const { ask } = await openDoor();
    const { text, headers } = await ask(`/recovery/${TOKEN}`);
    expect(text).toContain('content="0;url=/recovery/password"');
    expect(text).not.toContain(TOKEN);
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^avian-recovery=${TOKEN}; .*samesite=strict; httponly`, 'i'),
    );
    const page = await ask('/recovery/password');
    expect(page.status).toBe(200);
    expect(page.text).toContain('ada@x.test');
    expect(page.text).not.toContain(TOKEN);
  });

  it.each(['GET', 'HEAD'])('is not used up by %s, however often', async (method) => {
    const { ask, chosen } = await openDoor();
    for (let count = 0; count < 3; count += 1) {
      expect((await ask(`/recovery/${TOKEN}`, { method })).status).toBe(200);
      expect((await ask('/recovery/password', { method })).status).toBe(200);
    }
    expect(chosen).toEqual([]);
  });

  it.each(['short', `${TOKEN}x`, `${TOKEN.slice(1)}.`, '%00', '%0d%0aset-cookie:x=y'])(
    'that is broken, as %s, opens nothing, and forgets an older one',
    async (broken) => {
      const { ask, jar } = await openDoor();
      await ask(`/recovery/${TOKEN}`);
      await ask(`/recovery/${broken}`);
      expect(jar.get('avian-recovery')).not.toContain(TOKEN);
      const { status, text } = await ask('/recovery/password');
      expect(status).toBe(410);
      expect(text).toContain('<a class="button" href="/recovery">Ask for a new link</a>');
    },
  );

  it.each([
    ['link-expired', 'This link has expired'],
    ['link-used', 'This link was already used'],
    ['link-unknown', 'This link doesn’t work any more'],
    ['link-overtaken', 'This link doesn’t work any more'],
    ['account-closed', 'This link doesn’t work any more'],
  ] as const)('that is dead (%s) says so calmly, looked at or used', async (reason, words) => {
    let isDead = false;
    const { ask, send } = await openDoor({
      look: async () =>
        isDead
          ? refused(reason)
          : done({ email: 'ada@x.test', policy: { rules: 'nist', minLength: 15, days: null } }),
      complete: async () => refused(reason),
    });
    await ask(`/recovery/${TOKEN}`);
    const used = await send('/recovery/password', { password: 'Good-1' });
    expect([used.status, used.text.includes(words)]).toEqual([410, true]);
    isDead = true;
    const seen = await ask('/recovery/password');
    expect([seen.status, seen.text.includes(words)]).toEqual([410, true]);
    expect(seen.text).not.toContain('<form');
  });
});

describe('choosing a password', () => {
  it('ends on a page that leads back to the sign-in, with the link forgotten and nobody signed in', async () => {
    const { ask, send, chosen, jar } = await openDoor();
    await ask(`/recovery/${TOKEN}`);
    const { status, headers } = await send('/recovery/password', { password: 'Good-1' });
    expect([status, headers.location]).toEqual([303, '/recovery/done']);
    expect(chosen).toMatchObject([{ token: TOKEN, password: 'Good-1' }]);
    expect([...jar.keys()]).toEqual(['avian-browser']);
    jar.set('avian-application', 'flock');
    const { text } = await ask('/recovery/done');
    expect(text).toContain('We signed you out everywhere.');
    expect(text).toContain(
      '<a class="button" href="/interaction/uid-of-ada">Sign in to Flock Dashboard</a>',
    );
  });

  it('says in words what is wrong with one, and lets choose another', async () => {
    const { ask, send } = await openDoor();
    await ask(`/recovery/${TOKEN}`);
    const { status, text } = await send('/recovery/password', { password: 'B<a>d' });
    expect(status).toBe(422);
    expect(text).toContain('<title>Error: ');
    expect(text).toContain('You’ve used this password before.');
    expect(text).toContain('Add a digit.');
    expect(text).not.toContain('B&lt;a');
    expect((await send('/recovery/password', { password: 'Good-1' })).status).toBe(303);
  });

  it('asks once more when something changed at that moment', async () => {
    const { ask, send } = await openDoor({ complete: async () => refused('changed-meanwhile') });
    await ask(`/recovery/${TOKEN}`);
    const { status, text } = await send('/recovery/password', { password: 'Good-1' });
    expect(status).toBe(422);
    expect(text).toContain('Your account changed a moment ago.');
  });

  it('is impossible without a link, whatever the form says of itself', async () => {
    const { send, chosen } = await openDoor();
    const csrf = await csrfOf(await openDoor());
    const forged = { token: TOKEN, email: 'ada@x.test', userId: '1', step: 'done', csrf };
    expect((await send('/recovery/password', { password: 'Good-1', ...forged })).status).toBe(403);
    expect(chosen).toEqual([]);
    const { ask, chosen: tried } = await openDoor();
    const own = await csrfOf({ ask });
    const fields = form({ ...forged, csrf: own, password: 'Good-1' });
    const headers = { ...fields.headers, ...BROWSER };
    const { status } = await ask('/recovery/password', { ...fields, headers });
    expect(status).toBe(410);
    expect(tried).toMatchObject([{ token: '' }]);
  });

  it('is refused from another site', async () => {
    const { ask, send, chosen } = await openDoor();
    await ask(`/recovery/${TOKEN}`);
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
    const { status } = await send('/recovery/password', { password: 'Good-1' }, elsewhere);
    expect(status).toBe(403);
    expect(chosen).toEqual([]);
  });
});

const csrfOf = async ({ ask }: Pick<Awaited<ReturnType<typeof openDoor>>, 'ask'>) =>
  /name="csrf" value="([^"]+)"/.exec((await ask('/recovery')).text)?.[1] ?? '';

/** Request id, access log, headers and the fault boundary. */
const BEFORE_HOSTS = 4;

describe('the link in a mail', () => {
  const HOSTS: readonly (readonly [string, Ask['headers']])[] = [
    ['as it should be', {}],
    ['Host', { host: 'evil.test' }],
    ['X-Forwarded-Host', { 'x-forwarded-host': 'evil.test' }],
    ['X-Host', { 'x-host': 'evil.test' }],
    ['Forwarded', { forwarded: 'host=evil.test;proto=http' }],
    ['X-Forwarded-Proto', { 'x-forwarded-proto': 'javascript', 'x-forwarded-port': '666' }],
    [
      'the original address',
      { 'x-original-url': 'http://evil.test/', 'x-rewrite-url': '//evil.test' },
    ],
  ];

  it.each(HOSTS)('leads to the configured issuer, whatever is sent as %s', async (_, headers) => {
    const { request, mails } = createDoubles();
    // Without what refuses foreign hosts before they get here (`http/host.ts`).
    const { send } = await openDoor({ request }, BEFORE_HOSTS);
    await send('/recovery', { email: 'ada@x.test' }, { headers: headers ?? {} });
    expect(mails).toHaveLength(1);
    expect(new URL(String(mails[0]?.model['href'])).origin).toBe(ISSUER);
    expect(JSON.stringify(mails)).not.toContain('evil');
  });
});

describe('the log', () => {
  it('has no token, address or password of a reset', async () => {
    const { ask, send, logger } = await openDoor();
    await send('/recovery', { email: 'ada@x.test' });
    await ask(`/recovery/${TOKEN}`);
    await send('/recovery/password', { password: 'Good-1' });
    const lines = JSON.stringify(logger.lines);
    expect(lines).toContain('/recovery/:token');
    for (const secret of [TOKEN, 'ada@x.test', 'Good-1']) expect(lines).not.toContain(secret);
  });
});
