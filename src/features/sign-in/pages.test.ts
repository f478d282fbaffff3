import { describe, expect, it } from 'vitest';
import type { RegisteredClient } from '#src/features/clients/index.ts';
import type { Wait } from '#src/features/verification/index.ts';
import { type Ask, createToolkit, form, serve } from '#src/http/bench.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { userId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import { anInteraction, aUser, createBench, DEVICE } from './bench.ts';
import { createWayBack } from './gate.ts';
import type { Interaction, Interactions, SignedIn } from './interactions.ts';
import { createSignInPages } from './pages.ts';
import type { SignIn } from './service.ts';

const BROWSER = { accept: 'text/html', 'sec-fetch-site': 'same-origin' };
const CLIENT = {
  id: 'flock',
  name: 'Flock Dashboard',
  status: 'active',
  redirectUris: ['com.flock.app:/cb', 'https://flock.example.com/cb?x=1'],
} as unknown as RegisteredClient;

interface Doubles {
  readonly interaction?: Partial<Interaction>;
  readonly isGone?: boolean;
  /** Another request ends the interaction between reading and finishing it. */
  readonly isOutrun?: boolean;
  readonly signIn?: SignIn;
  /** Whether the browser is one that somebody has signed in to the account with. */
  readonly isKnown?: boolean;
  /** Whether people register here. */
  readonly isOpen?: boolean;
}

/** The pages over a provider that holds one interaction. */
async function openDoor(doubles: Doubles = {}) {
  const {
    interaction,
    isGone = false,
    isOutrun = false,
    isOpen = false,
    isKnown = false,
    signIn,
  } = doubles;
  const toolkit = createToolkit();
  const acts: string[] = [];
  const finished: SignedIn[] = [];
  const waits: Wait[] = [];
  const spent: unknown[] = [];
  const open = anInteraction(interaction);
  const act = async (name: string) => {
    acts.push(name);
    return isOutrun ? refused('gone') : done(`/auth/resume?after=${name}`);
  };
  const interactions: Interactions = {
    read: async () => (isGone ? refused('gone') : done(open)),
    signIn: (_, signedIn) => {
      finished.push(signedIn);
      return act('sign-in');
    },
    allow: () => act('allow'),
    deny: () => act('deny'),
    switchUser: () => act('switch'),
  };
  const router = createSignInPages({
    ...toolkit,
    interactions,
    limits: { spend: async (_, name, said, without) => void spent.push([name, said, without]) },
    signIn: signIn ?? createBench([{ user: aUser(), password: 'right' }]).signIn,
    device: { read: () => DEVICE, keep: () => DEVICE },
    lockout: { isKnown: async (email, device) => isKnown && email !== '' && device === DEVICE },
    waiting: { start: async (_, wait) => void waits.push(wait) },
    passwords: { policyOf: async () => ({ rules: 'composition', minLength: 12, days: 90 }) },
    registration: { isOpen: async () => isOpen },
    wayBack: createWayBack({
      cookies: toolkit.cookies,
      clients: { find: async (id) => (id === 'flock' ? CLIENT : undefined) },
    }),
    people: { find: async (id) => (id === aUser().id ? { email: 'ada@x.test' } : undefined) },
  });
  const served = await serve(...toolkit.stack, router);
  const base = `/interaction/${open.uid}`;

  const away = (path: string, { headers, ...rest }: Ask = {}) =>
    served.ask(path, { ...rest, headers: { ...BROWSER, ...headers } });
  const ask = (path = '', request: Ask = {}) => away(`${base}${path}`, request);

  /** Fills in the form of the page that is open and sends it, token and all. */
  async function send(path: string, fields: Readonly<Record<string, string>> = {}, over: Ask = {}) {
    const csrf = tokenIn((await ask()).text);
    const { headers, ...request } = form({ csrf, ...fields });
    return ask(path, { ...request, ...over, headers: { ...headers, ...over.headers } });
  }

  return { acts, finished, waits, spent, base, logger: toolkit.logger, away, ask, send };
}

function tokenIn(html: string): string {
  return /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

const ADA = { login: 'ada@x.test', password: 'right' };
const CONSENT = {
  prompt: 'consent',
  userId: aUser().id,
  asked: { scopes: ['openid', 'email'], claims: [], resources: { 'https://api.test/': ['read'] } },
} as const;

describe('the sign-in page', () => {
  it('says which application it leads to, and fills in the address that is hinted at', async () => {
    const { ask } = await openDoor({ interaction: { loginHint: 'ada@x.test' } });
    const { status, text, headers } = await ask();
    expect(status).toBe(200);
    expect(text).toContain('Flock Dashboard');
    expect(text).toContain('value="ada@x.test"');
    expect(headers['content-security-policy']).toContain(
      "form-action 'self' https://flock.example.com;",
    );
    expect(headers['cross-origin-opener-policy']).toBe('unsafe-none');
  });

  it('lets a person in and sends the browser on with a GET', async () => {
    const { send, finished } = await openDoor();
    const { status, headers } = await send('/login', ADA);
    expect([status, headers.location]).toEqual([303, '/auth/resume?after=sign-in']);
    expect(finished).toMatchObject([{ userId: aUser().id, amr: ['pwd'] }]);
  });

  it('keeps the address after a mistake, forgets the password, and lets try again', async () => {
    const { send, acts } = await openDoor();
    const wrong = await send('/login', { ...ADA, password: 'zq<o>xy' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('That email and password don’t match.');
    expect(wrong.text).toContain('value="ada@x.test"');
    expect(wrong.text).not.toMatch(/zq(<|&lt;)o/);
    expect(acts).toEqual([]);
    expect((await send('/login', ADA)).status).toBe(303);
  });

  it.each([
    [false, []],
    [true, ['sign-in-account']],
  ])(
    'counts every attempt, and with a known browser (%s) but not by the account alone',
    async (isKnown, without) => {
      const { send, spent } = await openDoor({ isKnown });
      await send('/login', { ...ADA, password: 'no' });
      expect(spent).toEqual([['sign-in', { account: ADA.login }, without]]);
    },
  );

  it('answers alike for an address that is nobody’s', async () => {
    const { send } = await openDoor();
    const plain = (text: string, address: string) =>
      text.replaceAll(address, 'X').replace(/name="csrf" value="[^"]+"/g, '');
    const known = await send('/login', { login: 'ada@x.test', password: 'no' });
    const unknown = await send('/login', { login: 'bob@x.test', password: 'no' });
    expect(unknown.status).toBe(known.status);
    expect(plain(unknown.text, 'bob@x.test')).toBe(plain(known.text, 'ada@x.test'));
    const { 'x-request-id': _one, date: _d, ...knownHeaders } = known.headers;
    const { 'x-request-id': _other, date: _e, ...unknownHeaders } = unknown.headers;
    expect(unknownHeaders).toEqual(knownHeaders);
  });

  it('sends whom the password proved to where they prove their address, and on from there', async () => {
    const { emailVerifiedAt: _, ...unverified } = aUser();
    const bench = createBench([{ user: unverified, password: 'right' }]);
    const { send, ask, base, waits, acts } = await openDoor({ signIn: bench.signIn });
    const answer = await send('/login', ADA);
    expect([answer.status, answer.headers.location]).toEqual([303, base]);
    expect((await ask()).headers.location).toBe('/verify');
    expect(waits).toMatchObject([
      { email: 'ada@x.test', claimant: { id: unverified.id }, interaction: 'uid-of-ada' },
    ]);
    expect(acts).toEqual([]);
    bench.verify(unverified);
    expect((await ask()).headers.location).toBe('/auth/resume?after=sign-in');
  });

  it('asks for a new password where the old one has expired, and goes on with it', async () => {
    const bench = createBench([
      { user: aUser(), password: 'right', expiresAt: new Date('2029-12-31') },
    ]);
    const { send, ask, base, acts } = await openDoor({ signIn: bench.signIn });
    expect((await send('/login', ADA)).headers.location).toBe(base);
    const shown = await ask();
    expect(shown.text).toContain('Choose a new password');
    expect(shown.text).toContain('every 90 days');
    expect(shown.headers['content-security-policy']).toContain('https://flock.example.com');
    bench.finds('no-digit', 'reused');
    const refused = await send('/change-password', { password: 'wrong-un' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('Error: Choose a new password');
    expect(refused.text).not.toContain('wrong-un');
    expect(acts).toEqual([]);
    bench.finds();
    const saved = await send('/change-password', { password: 'right one' });
    expect([saved.status, saved.headers.location]).toEqual([303, '/auth/resume?after=sign-in']);
  });

  it('changes no password of whoever showed none', async () => {
    const { send, base, acts } = await openDoor();
    const { status, headers } = await send('/change-password', { password: 'a new one' });
    expect([status, headers.location]).toEqual([303, base]);
    expect(acts).toEqual([]);
  });

  it.each([true, false])('says where to register exactly where people can: %s', async (isOpen) => {
    const { ask } = await openDoor({ isOpen });
    expect((await ask()).text.includes('href="/register"')).toBe(isOpen);
  });

  it('offers another account to whom this application is closed', async () => {
    const bench = createBench();
    bench.suspend(aUser().tenantId);
    const { send, base, acts } = await openDoor({ signIn: bench.signIn });
    const answer = await send('/login', ADA);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('You don’t have access to Flock Dashboard');
    expect(answer.text).toContain(`<a class="button" href="${base}">Use another account</a>`);
    expect(acts).toEqual([]);
  });

  it('is calm about a crowd', async () => {
    const busy = () => Promise.reject(new Unavailable('Too many.', { retryAfter: 3 }));
    const { send, acts } = await openDoor({
      signIn: { ...createBench().signIn, attempt: busy },
    });
    const { status, headers } = await send('/login', ADA);
    expect([status, headers['retry-after']]).toEqual([503, '3']);
    expect(acts).toEqual([]);
  });

  it.each([
    ['NUL', { login: 'a\0', password: 'x' }],
    ['a control character in the password', { login: 'a@x.test', password: 'x\u0007' }],
    ['no password field', { login: 'a@x.test' }],
  ])('refuses %s, and shows nothing of it', async (_, fields) => {
    const { send, acts } = await openDoor();
    const { status, text } = await send('/login', fields);
    expect(status).toBe(400);
    expect(text).not.toContain('\0');
    expect(acts).toEqual([]);
  });

  it('takes 60 kB of address for a mistake, quickly, and gives none of it back', async () => {
    const { send } = await openDoor();
    const { status, text } = await send('/login', {
      login: `${'ﷺ'.repeat(3000)}@x.test`,
      password: 'x',
    });
    expect(status).toBe(422);
    expect(text.length).toBeLessThan(10_000);
  });

  it('ignores fields that would say who somebody is or how far they came', async () => {
    const { send, finished } = await openDoor();
    const forged = {
      accountId: 'bob',
      userId: 'bob',
      tenant: 'x',
      step: 'done',
      returnTo: '//evil.test',
    };
    const { headers } = await send('/login', { ...ADA, ...forged });
    expect(headers.location).toBe('/auth/resume?after=sign-in');
    expect(finished[0]?.userId).toBe(aUser().id);
  });
});

describe('the consent page', () => {
  it('says who asks, for what, of whom, in words', async () => {
    const { ask } = await openDoor({ interaction: CONSENT });
    const { text } = await ask();
    for (const words of [
      'Allow Flock Dashboard?',
      'flock.example.com',
      'ada@x.test',
      'Know who you are',
      'See your email address',
      'api.test',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('does without a name where the person is gone meanwhile', async () => {
    const { ask } = await openDoor({ interaction: { ...CONSENT, userId: userId('gone') } });
    expect(await ask()).toMatchObject({ status: 200 });
  });

  it.each([
    ['allow', '/consent', { decision: 'allow' }],
    ['deny', '/consent', { decision: 'deny' }],
    ['switch', '/switch', {}],
    ['deny', '/abort', {}],
  ])('does what its buttons say: %s by %s', async (act, path, fields) => {
    const { send, acts } = await openDoor({ interaction: CONSENT });
    const { status, headers } = await send(path, fields);
    expect([status, headers.location]).toEqual([303, `/auth/resume?after=${act}`]);
    expect(acts).toEqual([act]);
  });

  it.each([{}, { decision: 'maybe' }, { decision: '' }])(
    'takes %j for neither yes nor no',
    async (fields) => {
      const { send, acts } = await openDoor({ interaction: CONSENT });
      expect((await send('/consent', fields as Record<string, string>)).status).toBe(400);
      expect(acts).toEqual([]);
    },
  );
});

describe('cancel', () => {
  it('goes back to the application, which is told', async () => {
    const { send, acts } = await openDoor();
    expect((await send('/abort')).status).toBe(303);
    expect(acts).toEqual(['deny']);
  });
});

describe('a step out of turn', () => {
  it.each([
    ['consent before sign-in', {}, '/consent', { decision: 'allow' }],
    ['another user before sign-in', {}, '/switch', {}],
    ['a password at consent', CONSENT, '/login', ADA],
  ])('changes nothing: %s', async (_, interaction, path, fields) => {
    const { send, acts, base } = await openDoor({ interaction });
    const { status, headers } = await send(path, fields);
    expect([status, headers.location]).toEqual([303, base]);
    expect(acts).toEqual([]);
  });

  it.each(['/login', '/change-password', '/consent', '/switch', '/abort'])(
    'is not taken by GET %s',
    async (path) => {
      const { ask, acts, base } = await openDoor();
      const { status, headers } = await ask(
        `${path}?login=ada@x.test&password=right&decision=allow`,
      );
      expect([status, headers.location]).toEqual([303, base]);
      expect(acts).toEqual([]);
    },
  );

  it.each(['PUT', 'DELETE', 'PATCH'])('is not taken by %s', async (method) => {
    const { send, acts } = await openDoor();
    expect((await send('/login', ADA, { method })).status).toBe(405);
    expect(acts).toEqual([]);
  });
});

describe('another site', () => {
  it.each(['/login', '/abort'])('cannot send the form %s', async (path) => {
    const { send, acts } = await openDoor();
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await send(path, ADA, { headers })).status).toBe(403);
    expect(acts).toEqual([]);
  });

  it.each(['/login', '/abort'])('cannot make up the token of %s', async (path) => {
    const { send, acts } = await openDoor();
    for (const csrf of ['', 'made.up']) {
      expect((await send(path, { ...ADA, csrf })).status).toBe(403);
    }
    expect(acts).toEqual([]);
  });

  it('cannot send it as something a form is not', async () => {
    const { send, acts } = await openDoor();
    const headers = { 'content-type': 'text/plain' };
    expect((await send('/login', ADA, { headers })).status).toBe(403);
    expect(acts).toEqual([]);
  });

  it('cannot use a token of the sign-in page for consent', async () => {
    const atLogin = await openDoor();
    const csrf = tokenIn((await atLogin.ask()).text);
    const atConsent = await openDoor({ interaction: CONSENT });
    const { status } = await atConsent.send('/consent', { csrf, decision: 'allow' });
    expect(status).toBe(403);
    expect(atConsent.acts).toEqual([]);
  });
});

describe('an interaction that is not there', () => {
  it.each(['', '/login', '/consent'])('ends at %j on a page that says so', async (path) => {
    const { ask } = await openDoor({ isGone: true });
    const { status, text } = await ask(path);
    expect(status).toBe(410);
    expect(text).toContain('This sign-in took too long');
    expect(text).not.toContain('<form');
  });

  it('ends there for a form as well', async () => {
    const { ask, acts } = await openDoor({ isGone: true });
    expect((await ask('/login', form(ADA))).status).toBe(410);
    expect(acts).toEqual([]);
  });

  it('ends there when another request finished it a moment before', async () => {
    const { send } = await openDoor({ isOutrun: true });
    expect((await send('/login', ADA)).status).toBe(410);
    const consent = await openDoor({ interaction: CONSENT, isOutrun: true });
    for (const decision of ['allow', 'deny']) {
      expect((await consent.send('/consent', { decision })).status).toBe(410);
    }
    expect((await consent.send('/switch')).status).toBe(410);
    expect((await consent.send('/abort')).status).toBe(410);
  });

  it('is one that the address names and the cookie does not', async () => {
    const { away, acts } = await openDoor();
    const answer = await away('/interaction/uid-of-somebody-else');
    expect(answer.status).toBe(410);
    expect(answer.text).not.toContain('Flock');
    expect((await away('/interaction/uid-of-somebody-else/abort', form({}))).status).toBe(410);
    expect(acts).toEqual([]);
  });

  it('offers the way back to where the browser came from', async () => {
    const open = await openDoor();
    const cookie = (await open.ask()).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect(cookie).toBe('avian-application=flock!uid-of-ada');
    const gone = await openDoor({ isGone: true });
    expect((await gone.ask('', { headers: { cookie } })).text).toContain(
      '<a class="button" href="https://flock.example.com/">Go to Flock Dashboard</a>',
    );
  });

  it.each(['unknown!uid', 'flock', 'flock!', '../../etc!uid', 'flock!%00', '<script>', ''])(
    'offers none for a cookie of %j',
    async (value) => {
      const gone = await openDoor({ isGone: true });
      const { status, text } = await gone.ask('', {
        headers: { cookie: `avian-application=${value}` },
      });
      expect(status).toBe(410);
      expect(text).not.toContain('<a ');
    },
  );
});

describe('the log', () => {
  it('has no uid, address or password of a sign-in', async () => {
    const { send, logger } = await openDoor();
    await send('/login', ADA);
    await send('/login', { ...ADA, password: 'wrong' });
    const lines = JSON.stringify(logger.lines);
    expect(lines).toContain('/interaction/:uid/login');
    for (const secret of ['uid-of-ada', 'ada@x.test', 'right', 'wrong'])
      expect(lines).not.toContain(secret);
  });
});
