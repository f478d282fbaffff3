import { describe, expect, it } from 'vitest';
import type { LiveSession, LiveSessions } from '#src/features/sessions/index.ts';
import { type Ask, createToolkit, form, serve } from '#src/http/bench.ts';
import { HOUR, later } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createBrowser } from '../recovery/bench.ts';
import { createAccountPages } from './pages.ts';

const ADA = { id: userId('ada'), tenantId: tenantId('t'), email: 'ada@x.test', sid: 'here' };
const PAGE = '/account/sessions';

function aSession(uid: string, over: Partial<LiveSession> = {}): LiveSession {
  const signedInAt = new Date('2029-12-31T09:14:00.000Z');
  return {
    uid,
    signedInAt,
    lastSeenAt: signedInAt,
    endsAt: later(signedInAt, HOUR),
    browser: { family: 'Firefox', platform: 'Windows' },
    how: ['pwd'],
    applications: [],
    ...over,
  };
}

/** The room of sessions, of one person's, that notes what it was asked. */
function createLive(given: readonly LiveSession[]) {
  let sessions = given;
  const ended: unknown[] = [];
  const live: LiveSessions = {
    of: async (id) => (id === ADA.id ? sessions : []),
    async end(owner, uid, { reason, origin }) {
      ended.push({ owner, uid, reason, from: origin?.address });
      const before = sessions.length;
      sessions = sessions.filter((one) => one.uid !== uid);
      return sessions.length < before;
    },
    async endOthers(owner, uid, { reason, origin }) {
      ended.push({ owner, butFor: uid, reason, from: origin?.address });
      const before = sessions.length;
      sessions = sessions.filter((one) => one.uid === uid);
      return before - sessions.length;
    },
  };
  return { live, ended, left: () => sessions.map(({ uid }) => uid) };
}

/** The page over those sessions, in the browser of the one called `here`. */
async function openDoor(sessions: readonly LiveSession[] = [aSession('here')], isIn = true) {
  const toolkit = createToolkit();
  const clock = createTestClock(new Date('2030-01-01T12:00:00.000Z'));
  const { live, ended, left } = createLive(sessions);
  const lookUps: string[] = [];
  const router = createAccountPages({
    ...toolkit,
    clock,
    live,
    signedIn: { find: async () => (isIn && left().includes('here') ? ADA : undefined) },
    applications: {
      async find(id) {
        lookUps.push(id);
        return id === 'gone' ? undefined : { name: `The ${id}` };
      },
    },
    wayBack: {
      onward: async (ctx) =>
        toolkit.cookies.read(ctx, 'application') === 'flock'
          ? { name: 'Flock Dashboard', href: '/interaction/uid-of-ada' }
          : undefined,
    },
  });
  const { ask, jar } = createBrowser(await serve(...toolkit.stack, router));

  /** Presses a button of the page, with whatever its form holds. */
  async function press(act: string, fields: Readonly<Record<string, string>>, over: Ask = {}) {
    const csrf = /name="csrf" value="([^"]+)"/.exec((await ask(PAGE)).text)?.[1] ?? '';
    const { headers, ...request } = form({ csrf, ...fields });
    return ask(`${PAGE}/${act}`, { ...request, headers: { ...headers, ...over.headers } });
  }

  return { ask, press, jar, ended, left, lookUps };
}

const OTHERS = [aSession('phone'), aSession('here'), aSession('desk')];

/** What stands in each row, in the order it is read. */
function rowsIn(html: string): readonly string[] {
  return html
    .split(/<li[ >]/)
    .slice(1)
    .map((row) => row.replace(/<[^>]*>/g, ' '))
    .map((row) => row.replace(/\s+/g, ' ').trim());
}

describe('the page of sessions', () => {
  it('tells of each where, with what, since when and for what it is used, the reader’s own first', async () => {
    const phone = aSession('phone', {
      browser: { family: 'Safari', platform: 'iPhone' },
      address: '203.0.113.9',
      lastSeenAt: new Date('2030-01-01T09:00:00.000Z'),
      how: ['pwd', 'otp', 'mfa'],
      applications: ['wiki', 'gone', 'dashboard'],
    });
    const here = aSession('here', { lastSeenAt: new Date('2030-01-01T12:00:00.000Z') });
    const { ask } = await openDoor([phone, here]);
    const { status, text } = await ask(PAGE);
    expect(status).toBe(200);
    const [own = '', other = ''] = rowsIn(text);
    expect(own).toContain('Firefox on Windows This browser Last seen just now');
    expect(own).toContain('Signed in on 31 December 2029 at 09:14 UTC with password');
    expect(own).not.toContain('Signed in to');
    expect(other).toContain('Safari on iPhone 203.0.113.9 · Last seen 3 hours ago');
    expect(other).toContain('with password and one-time code');
    expect(other).toContain('Signed in to The dashboard, The wiki Sign out Safari on iPhone');
    expect(other).not.toContain('This browser');
    expect(text).toContain('<time datetime="2030-01-01T09:00:00.000Z">3 hours ago</time>');
    expect(text).toContain('<strong>ada@x.test</strong>');
  });

  it('asks for the name of an application once, however many sessions are in it', async () => {
    const { ask, lookUps } = await openDoor(
      ['here', 'phone'].map((uid) => aSession(uid, { applications: ['dashboard', 'wiki'] })),
    );
    await ask(PAGE);
    expect(lookUps.toSorted()).toEqual(['dashboard', 'wiki']);
  });

  it('offers to end all others where there are any', async () => {
    const one = await openDoor();
    expect((await one.ask(PAGE)).text).toContain('No sessions other than this one.');
    expect((await one.ask(PAGE)).text).not.toContain('end-others');
    const more = await openDoor(OTHERS);
    expect((await more.ask(PAGE)).text).toContain('action="/account/sessions/end-others"');
  });

  it.each([`${PAGE}/end`, `${PAGE}/end-others`])(
    'is where the address of a form leads: %s',
    async (address) => {
      const { ask, ended } = await openDoor(OTHERS);
      const { status, headers } = await ask(address);
      expect([status, headers.location]).toEqual([303, PAGE]);
      expect(ended).toEqual([]);
    },
  );
});

describe('ending', () => {
  const owner = { userId: 'ada', tenantId: 't' };

  it('one session leaves the others, and says so once', async () => {
    const { ask, press, ended, left } = await openDoor(OTHERS);
    const { status, headers } = await press('end', { session: 'phone' });
    expect([status, headers.location]).toEqual([303, PAGE]);
    expect(ended).toEqual([{ owner, uid: 'phone', reason: 'owner', from: '127.0.0.1' }]);
    expect(left()).toEqual(['here', 'desk']);
    const { text } = await ask(PAGE);
    expect(text).toContain('You signed out 1 browser.');
    expect(text).toMatch(/<div class="note note-done"[^>]* role="status"/);
    expect((await ask(PAGE)).text).not.toContain('You signed out');
  });

  it('all others leaves the reader’s own, and says how many they were', async () => {
    const { ask, press, ended, left } = await openDoor(OTHERS);
    const { status, headers } = await press('end-others', {});
    expect([status, headers.location]).toEqual([303, PAGE]);
    expect(ended).toEqual([{ owner, butFor: 'here', reason: 'owner', from: '127.0.0.1' }]);
    expect(left()).toEqual(['here']);
    expect((await ask(PAGE)).text).toContain('You signed out 2 browsers.');
  });

  it('one that is nobody’s, or somebody else’s, ends nothing and is told from no other', async () => {
    const { ask, press, left } = await openDoor(OTHERS);
    const { status, headers } = await press('end', { session: 'eve' });
    expect([status, headers.location]).toEqual([303, PAGE]);
    expect(left()).toHaveLength(3);
    expect((await ask(PAGE)).text).toContain('There was nothing left to sign out.');
  });

  it('the reader’s own ends on a page that says so, and leads back to the application', async () => {
    const { ask, press, left, jar } = await openDoor(OTHERS);
    const { status, headers } = await press('end', { session: 'here' });
    expect([status, headers.location]).toEqual([303, `${PAGE}/signed-out`]);
    expect(left()).toEqual(['phone', 'desk']);
    const bare = await ask(`${PAGE}/signed-out`);
    expect([bare.status, bare.text.includes('You are signed out')]).toEqual([200, true]);
    jar.set('avian-application', 'flock');
    expect((await ask(PAGE)).status).toBe(401);
    expect((await ask(`${PAGE}/signed-out`)).text).toContain(
      '<a class="button" href="/interaction/uid-of-ada">Go to Flock Dashboard</a>',
    );
  });

  it('is not what the page that says so claims to whoever is signed in', async () => {
    const { ask } = await openDoor();
    const { status, headers } = await ask(`${PAGE}/signed-out`);
    expect([status, headers.location]).toEqual([303, PAGE]);
  });

  it.each(['1 1', '-1', 'NaN', '<b>', '9'.repeat(300)])(
    'is not what a cookie of %j makes the page say',
    async (value) => {
      const { ask, jar } = await openDoor();
      jar.set('avian-sessions-ended', value);
      const { status, text } = await ask(PAGE);
      expect([status, text.includes('note-done')]).toEqual([200, false]);
    },
  );

  it.each([{}, { session: '' }, { session: 'x'.repeat(10_000) }])(
    'takes any form without a fault: %o',
    async (fields) => {
      const { press, left } = await openDoor(OTHERS);
      expect((await press('end', fields)).status).toBeLessThan(500);
      expect(left()).toHaveLength(3);
    },
  );

  it.each(['end', 'end-others'])('is closed to another site: %s', async (act) => {
    const { press, ended } = await openDoor(OTHERS);
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await press(act, { session: 'phone' }, elsewhere)).status).toBe(403);
    expect((await press(act, { session: 'phone', csrf: 'x.y' })).status).toBe(403);
    expect(ended).toEqual([]);
  });
});

describe('who is not signed in', () => {
  it('sees no session, ends none, and is shown where to sign in', async () => {
    const { ask, press, ended, jar } = await openDoor(OTHERS, false);
    const { status, text } = await ask(PAGE);
    expect(status).toBe(401);
    expect(text).toContain('Sign in first');
    expect(text).toContain('at this browser to see where you are signed in.');
    expect(text).not.toContain('Firefox');
    for (const act of ['end', 'end-others'])
      expect((await press(act, { session: 'phone' })).status).toBe(401);
    expect(ended).toEqual([]);
    jar.set('avian-application', 'flock');
    expect((await ask(PAGE)).text).toContain('>Sign in to Flock Dashboard</a>');
  });

  it('is looked at once more, from here, when a link elsewhere led here without Strict cookies', async () => {
    const { ask } = await openDoor(OTHERS, false);
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } };
    const { status, text } = await ask(PAGE, elsewhere);
    expect([status, text.includes('content="0;url=/account/sessions?_b=1"')]).toEqual([200, true]);
    expect((await ask(`${PAGE}?_b=1`, elsewhere)).status).toBe(401);
  });
});
