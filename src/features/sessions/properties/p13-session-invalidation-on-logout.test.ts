import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant, aRecord, aSession } from '../bench.ts';
import { standing } from '../lifetime.ts';

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
});

type Reader = (facts: Parameters<typeof standing>[0]) => Parameters<typeof standing>[1];
