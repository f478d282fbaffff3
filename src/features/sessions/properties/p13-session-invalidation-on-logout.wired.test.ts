import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant, aRecord, aSession } from '../bench.ts';
import { standing } from '../lifetime.ts';
import { type KeptSessions, keptSessions, STORES } from './bench.ts';

property(13, 'Session Invalidation on Logout', () => {
  it('refuses an ended session at every later time, whatever it says of itself', () => {
    fc.assert(
      fc.property(aSession, anInstant, anInstant, (facts, now, signedInAt) => {
        const record = aRecord(facts, { revoked: true });
        expect(standing(facts, record, now)).toMatchObject({ alive: false });
        // A resume that was under way signs in again within the same uid, later than the sign-out.
        expect(standing({ ...facts, signedInAt }, record, now)).toMatchObject({ alive: false });
      }),
      { numRuns: 500 },
    );
  });

  it('refuses every session that signed in before the user’s epoch, and none that did after', () => {
    fc.assert(
      fc.property(aSession, fc.integer({ min: -7 * DAY, max: 7 * DAY }), (facts, gap) => {
        const sessionsValidFrom = later(facts.signedInAt, gap);
        const record = aRecord(facts, { sessionsValidFrom });
        const { alive } = standing(facts, record, facts.signedInAt);
        expect(alive).toBe(gap <= 0);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['user-gone', 'a user who is gone', () => undefined],
    ['user-gone', 'a disabled user', (facts) => aRecord(facts, { userStatus: 'disabled' })],
    [
      'tenant-suspended',
      'a suspended tenant',
      (facts) => aRecord(facts, { tenantStatus: 'suspended' }),
    ],
  ] as const satisfies readonly (readonly [string, string, Reader])[])(
    'says %s of %s, at every time',
    (reason, _, read: Reader) => {
      fc.assert(
        fc.property(aSession, anInstant, (facts, now) => {
          expect(standing(facts, read(facts), now)).toStrictEqual({ alive: false, reason });
        }),
      );
    },
  );

  it('leaves a session alone that nothing speaks against', () => {
    fc.assert(
      fc.property(aSession, (facts) => {
        const record = aRecord(facts);
        const verdict = standing(facts, record, facts.signedInAt);
        expect(verdict).toStrictEqual({ alive: true, user: record.user });
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

    it('opens nothing from the sign-out on, at any time', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(8 * DAY), async (wait) => {
          const session = await sessions.signIn();
          expect([await session.use(), await session.visit()]).toStrictEqual([true, true]);
          await session.signOut();
          sessions.clock.pass(wait);
          expect(await session.entry()).toBeUndefined();
          expect([await session.use(), await session.visit()]).toStrictEqual([false, false]);
        }),
        { numRuns: 5, endOnFailure: true },
      );
    });

    it('opens nothing although the store got it back as it was before', async () => {
      const session = await sessions.signIn();
      const before = await session.entry();
      await session.signOut();
      const { store } = sessions.avian.avian;
      if (!before) throw new Error('There was no session.');
      expect(await store.put(session.key, before)).toBe(false);
      sessions.clock.pass(HOUR);
      expect(await store.put(session.key, before)).toBe(true);
      expect([await session.use(), await session.visit()]).toStrictEqual([false, false]);
    });
  });
});

type Reader = (facts: Parameters<typeof standing>[0]) => Parameters<typeof standing>[1];
