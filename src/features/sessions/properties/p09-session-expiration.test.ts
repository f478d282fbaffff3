import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant, aRecord, aSession } from '../bench.ts';
import { isOver, sessionEnd, standing } from '../lifetime.ts';

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
});
