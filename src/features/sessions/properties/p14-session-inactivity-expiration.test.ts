import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant } from '../bench.ts';
import { isOver, sessionEnd } from '../lifetime.ts';

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
});
