import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anInstant } from '../bench.ts';
import { ANONYMOUS_LIFETIME, sessionEnd } from '../lifetime.ts';

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
});
