import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, epochSeconds, HOUR, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant, aRecord, aSession } from '../bench.ts';
import { isOver, sessionEnd, standing } from '../lifetime.ts';
import { type KeptSessions, keptSessions, STORES } from './bench.ts';

property(9, 'Session Expiration', () => {
  it('is over from its end on, that instant included, and not a millisecond before', () => {
    fc.assert(
      fc.property(anInstant, fc.integer({ min: 0, max: 6 * DAY }), (startedAt, age) => {
        const end = sessionEnd(startedAt, later(startedAt, age));
        expect(isOver(end, later(end, -1))).toBe(false);
        expect(isOver(end, end)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never comes back: what is over stays over at any later time', () => {
    fc.assert(
      fc.property(anInstant, fc.nat(30 * DAY), fc.nat(30 * DAY), (end, wait, more) => {
        fc.pre(isOver(end, later(end, wait)));
        expect(isOver(end, later(end, wait + more))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is not usable past its absolute end, whatever else speaks for it', () => {
    fc.assert(
      fc.property(aSession, fc.nat(400 * DAY), (facts, wait) => {
        const end = later(facts.startedAt, 7 * DAY);
        const verdict = standing(facts, aRecord(facts), later(end, wait));
        expect(verdict).toStrictEqual({ alive: false, reason: 'expired' });
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

    it('can neither be read nor used once it is over, at whatever time somebody tries', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(20 * DAY), async (wait) => {
          const session = await sessions.signIn();
          const end = (await session.entry())?.expiresAt ?? new Date(0);
          sessions.clock.set(later(end, -1));
          expect(await session.entry()).toBeDefined();
          sessions.clock.set(later(end, wait));
          expect(await session.entry()).toBeUndefined();
          expect([await session.use(), await session.visit()]).toStrictEqual([false, false]);
        }),
        { numRuns: 5, endOnFailure: true },
      );
    });

    it('is of no use though the store says that it goes on: it is judged by its sign-in', async () => {
      const session = await sessions.signIn();
      const entry = await session.entry();
      if (!entry) throw new Error('There was no session.');
      sessions.clock.pass(7 * DAY);
      const expiresAt = later(sessions.clock.now(), HOUR);
      const says = { ...(JSON.parse(entry.value) as object), exp: epochSeconds(expiresAt) };
      const kept = { ...entry, value: JSON.stringify(says), expiresAt };
      expect(await sessions.avian.avian.store.put(session.key, kept)).toBe(true);
      expect([await session.use(), await session.visit()]).toStrictEqual([false, false]);
    });
  });
});
