import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant, aRecord, aSession } from '../bench.ts';
import { isOver, sessionEnd, standing } from '../lifetime.ts';
import { type KeptSessions, keptSessions, STORES } from './bench.ts';

property(15, 'Session Absolute Expiration', () => {
  it('is gone on its seventh day, however often it was used before', () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 12 * HOUR }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(anInstant, pauses, (startedAt, gaps) => {
        let now = startedAt;
        for (const gap of gaps) now = later(now, gap);
        const end = sessionEnd(startedAt, now);
        expect(isOver(end, later(startedAt, 7 * DAY))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is judged so by the record as well, and alive until the very last millisecond', () => {
    fc.assert(
      fc.property(aSession, (facts) => {
        const end = later(facts.startedAt, 7 * DAY);
        expect(standing(facts, aRecord(facts), later(end, -1))).toMatchObject({ alive: true });
        expect(standing(facts, aRecord(facts), end)).toMatchObject({ reason: 'expired' });
      }),
      { numRuns: 500 },
    );
  });

  it('is not put off by signing in again within it', () => {
    fc.assert(
      fc.property(aSession, fc.nat(7 * DAY), (facts, wait) => {
        const again = { ...facts, signedInAt: later(facts.startedAt, wait) };
        const end = later(facts.startedAt, 7 * DAY);
        expect(standing(again, aRecord(facts), end)).toMatchObject({ reason: 'expired' });
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

    it('is gone 7 days after the sign-in, however busy it was until then', async () => {
      const pauses = fc.array(fc.integer({ min: 8 * HOUR, max: 24 * HOUR - 1 }), {
        minLength: 21,
        maxLength: 21,
      });
      await fc.assert(
        fc.asyncProperty(pauses, fc.nat(DAY), async (gaps, more) => {
          const session = await sessions.signIn();
          const end = later(session.signedInAt, 7 * DAY);
          for (const gap of gaps) {
            if (later(sessions.clock.now(), gap) >= end) break;
            sessions.clock.pass(gap);
            expect(await session.use()).toBe(true);
          }
          sessions.clock.set(later(end, -1));
          expect(await session.use()).toBe(true);
          sessions.clock.set(later(end, more));
          expect([await session.use(), await session.visit()]).toStrictEqual([false, false]);
        }),
        { numRuns: 4, endOnFailure: true },
      );
    });
  });
});
