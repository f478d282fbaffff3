import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAdministrationBench } from '#src/features/users/bench.ts';
import type { User } from '#src/features/users/index.ts';
import { mark } from '#src/infra/postgres/bench.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import type { LiveSession, LiveSessions } from './live.ts';
import { createOversight } from './oversight.ts';

let room: Awaited<ReturnType<typeof anAdministrationBench>>;

beforeAll(async () => {
  room = await anAdministrationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

/** An administrator of a tenant, somebody of it who is signed in once, and a stranger who is as well. */
async function scene() {
  const [home, other] = [await room.aTenant(), await room.aTenant()];
  const [user, stranger] = [await room.aPerson(home), await room.aPerson(other)];
  const now = room.clock.now();
  const uid = mark();
  const session: LiveSession = {
    ...{ uid, signedInAt: now, lastSeenAt: now, endsAt: now, how: ['pwd'], applications: [] },
    browser: { family: 'Firefox', platform: 'Linux' },
  };
  const live: Pick<LiveSessions, 'of' | 'end'> = {
    of: async () => [session],
    async end(owner, named, cause) {
      if (named !== uid) return false;
      await room.sessions.end({ ...owner, uid, ...cause });
      return true;
    },
  };
  const oversight = createOversight({ ...room, users: room.store, live });
  const facts = (of: User) => ({ uid, userId: of.id, startedAt: now, signedInAt: now });
  const isAlive = async (of: User) => (await room.sessions.judge(facts(of))).alive;
  return { home, user, stranger, uid, session, oversight, isAlive, scope: administratorOf(home) };
}

describe('an administrator', () => {
  it('sees where people of the tenant are signed in, and leaves an entry', async () => {
    const { home, user, stranger, session, oversight, scope } = await scene();
    const unknown = { ok: false, reason: 'unknown' };
    expect(await oversight.list(scope, user.id)).toStrictEqual({ ok: true, value: [session] });
    expect(await oversight.list(scope, stranger.id)).toStrictEqual(unknown);
    expect(await room.entriesOf(home)).toMatchObject([
      { action: 'session.read', outcome: 'success', resource_id: user.id, details: { count: 1 } },
      { action: 'session.read', outcome: 'unknown', resource_id: stranger.id },
    ]);
  });

  it('signs somebody out of one browser, in their own name', async () => {
    const { home, user, uid, oversight, isAlive, scope } = await scene();
    expect(await oversight.end(scope, user.id, 'another')).toMatchObject({ reason: 'gone' });
    expect(await isAlive(user)).toBe(true);
    expect(await oversight.end(scope, user.id, uid)).toMatchObject({ ok: true });
    expect(await isAlive(user)).toBe(false);
    const by = { actor_id: scope.by.actor.id, address: '192.0.2.7' };
    expect(await room.entriesOf(home)).toMatchObject([
      { action: 'session.ended', outcome: 'gone', ...by },
      {
        action: 'session.ended',
        outcome: 'success',
        ...by,
        details: { reason: 'administrator', user: user.id, after: { ended: true } },
      },
    ]);
  });

  it('signs somebody out everywhere, in their own name', async () => {
    const { home, user, oversight, isAlive, scope } = await scene();
    expect(await oversight.endAll(scope, user.id)).toMatchObject({ ok: true });
    expect(await isAlive(user)).toBe(false);
    expect(await room.entriesOf(home)).toMatchObject([
      { action: 'session.all-ended', outcome: 'success', actor_id: scope.by.actor.id },
    ]);
  });

  it('ends nothing of another tenant’s people, nor of anybody above them', async () => {
    const { home, stranger, uid, oversight, isAlive, scope } = await scene();
    const above = await room.aPerson(home, { role: 'super_admin' });
    for (const [who, reason] of [
      [stranger, 'unknown'],
      [above, 'role-too-high'],
    ] as const) {
      expect(await oversight.end(scope, who.id, uid)).toStrictEqual({ ok: false, reason });
      expect(await oversight.endAll(scope, who.id)).toStrictEqual({ ok: false, reason });
      expect(await isAlive(who)).toBe(true);
    }
    expect((await room.entriesOf(home)).map(({ outcome }) => outcome)).toStrictEqual([
      ...['unknown', 'unknown', 'role-too-high', 'role-too-high'],
    ]);
  });
});
