import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant } from '../bench.ts';
import { isOver, sessionEnd } from '../lifetime.ts';
import { type KeptSessions, keptSessions, STORES } from './bench.ts';

property(14, 'Session Inactivity Expiration', () => {
  it('is gone after 24 hours without a use', () => {
    fc.assert(
      fc.property(anInstant, fc.nat(6 * DAY), fc.nat(30 * DAY), (startedAt, age, more) => {
        const used = later(startedAt, age);
        expect(isOver(sessionEnd(startedAt, used), later(used, 24 * HOUR + more))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('lives on for exactly 24 hours from each use, until its seventh day', () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 24 * HOUR - 1 }), { maxLength: 20 });
    fc.assert(
      fc.property(anInstant, pauses, (startedAt, gaps) => {
        let now = startedAt;
        let end = sessionEnd(startedAt, now);
        for (const gap of gaps) {
          now = later(now, gap);
          if (now.getTime() > startedAt.getTime() + 6 * DAY) return;
          expect(isOver(end, now)).toBe(false);
          end = sessionEnd(startedAt, now);
          expect(end).toStrictEqual(later(now, 24 * HOUR));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never ends earlier for having been used', () => {
    fc.assert(
      fc.property(anInstant, fc.nat(10 * DAY), fc.nat(10 * DAY), (startedAt, age, gap) => {
        const before = sessionEnd(startedAt, later(startedAt, age));
        const after = sessionEnd(startedAt, later(startedAt, age + gap));
        expect(after.getTime()).toBeGreaterThanOrEqual(before.getTime());
      }),
      { numRuns: 500 },
    );
  });

  describe.each(STORES)('with sessions in %s', (store) => {
    let sessions: KeptSessions;
    beforeAll(async () => {
      sessions = await keptSessions(store);
    });
    afterAll(() => sessions[Symbol.asyncDispose]());

    it('lives on for 24 hours from each use, be it at an application or at a page of ours, and then no more', async () => {
      const uses = fc.array(
        fc.record({ gap: fc.integer({ min: 1, max: 24 * HOUR - 1 }), ours: fc.boolean() }),
        { maxLength: 5 },
      );
      await fc.assert(
        fc.asyncProperty(uses, fc.nat(DAY), async (made, more) => {
          const session = await sessions.signIn();
          for (const { gap, ours } of made) {
            sessions.clock.pass(gap);
            expect(await (ours ? session.use() : session.visit())).toBe(true);
            const end = (await session.entry())?.expiresAt;
            expect(end).toStrictEqual(later(sessions.clock.now(), 24 * HOUR));
          }
          sessions.clock.pass(24 * HOUR + more);
          expect([await session.use(), await session.visit()]).toStrictEqual([false, false]);
        }),
        { numRuns: 6, endOnFailure: true },
      );
    });
  });
});
