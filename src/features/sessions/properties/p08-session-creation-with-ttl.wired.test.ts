import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeRedis, createRedis } from '#src/infra/redis/client.ts';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { aRedis } from '#src/testing/database.ts';
import { property } from '#src/testing/property.ts';
import { anInstant } from '../bench.ts';
import { ANONYMOUS_LIFETIME, sessionEnd } from '../lifetime.ts';
import { type KeptSessions, keptSessions, STORES } from './bench.ts';

property(8, 'Session Creation with TTL', () => {
  it('gives a new session more than no time and at most 24 hours', () => {
    fc.assert(
      fc.property(anInstant, (startedAt) => {
        const ttl = sessionEnd(startedAt, startedAt).getTime() - startedAt.getTime();
        expect(ttl).toBeGreaterThan(0);
        expect(ttl).toBeLessThanOrEqual(24 * HOUR);
      }),
      { numRuns: 500 },
    );
  });

  it('lets no use, at any time, move the end past 24 hours from it or 7 days from the start', () => {
    fc.assert(
      fc.property(anInstant, fc.integer({ min: 0, max: 30 * DAY }), (startedAt, age) => {
        const now = later(startedAt, age);
        const end = sessionEnd(startedAt, now).getTime();
        expect(end).toBeLessThanOrEqual(now.getTime() + 24 * HOUR);
        expect(end).toBeLessThanOrEqual(startedAt.getTime() + 7 * DAY);
      }),
      { numRuns: 500 },
    );
  });

  it('gives a session that nobody has signed in to minutes, not hours', () => {
    expect(ANONYMOUS_LIFETIME).toBeGreaterThan(0);
    expect(ANONYMOUS_LIFETIME).toBeLessThan(HOUR);
  });

  describe.each(STORES)('with sessions in %s', (store) => {
    let sessions: KeptSessions;
    beforeAll(async () => {
      sessions = await keptSessions(store);
    });
    afterAll(() => sessions[Symbol.asyncDispose]());

    it('keeps it from the sign-in on, for no longer than 24 hours, and no use keeps it past its seventh day', async () => {
      const pauses = fc.array(fc.integer({ min: 1, max: 23 * HOUR }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(fc.nat(DAY), pauses, async (wait, gaps) => {
          const session = await sessions.signIn(wait);
          for (const gap of [0, ...gaps]) {
            sessions.clock.pass(gap);
            const isOver = sessions.clock.now() >= later(session.signedInAt, 7 * DAY);
            if (gap > 0 && (isOver || !(await session.use()))) return;
            const { expiresAt } = (await session.entry()) ?? {};
            const now = sessions.clock.now().getTime();
            expect(expiresAt?.getTime()).toBeGreaterThan(now);
            expect(expiresAt?.getTime()).toBeLessThanOrEqual(now + 24 * HOUR);
            expect(expiresAt).toSatisfy((end: Date) => end <= later(session.signedInAt, 7 * DAY));
          }
        }),
        { numRuns: 5, endOnFailure: true },
      );
    });
  });

  it('lets Redis itself forget it within those 24 hours', async () => {
    await using sessions = await keptSessions('redis');
    const redis = createRedis({ url: aRedis() }, mute);
    const { key } = await sessions.signIn();
    const names = await redis.keys(`*${key}*`);
    const lives = await Promise.all(names.map((name) => redis.pttl(name)));
    await closeRedis(redis);
    expect(lives).toHaveLength(1);
    expect(lives[0]).toBeGreaterThan(0);
    expect(lives[0]).toBeLessThanOrEqual(24 * HOUR);
  });
});

const nothing = () => undefined;
const mute: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
