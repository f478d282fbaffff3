import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, later, SECOND } from '#src/kernel/clock.ts';
import type { Answered } from '#src/kernel/poster.ts';
import { fateOf, waitAfter } from './delivery.ts';

const NOW = new Date('2030-01-01T12:00:00.000Z');
const fresh = { state: 'active', failures: 0 } as const;
const answered = (status: number): Answered => ({ ok: true, status });

describe('the wait after a failure', () => {
  it('begins with seconds, grows up to an hour, and never beyond', () => {
    expect(waitAfter(1)).toBe(5 * SECOND);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (failures) => {
        const [wait, next] = [waitAfter(failures), waitAfter(failures + 1)];
        expect(next).toBeLessThanOrEqual(HOUR);
        expect(next).toBe(Math.min(HOUR, wait * 2));
      }),
    );
  });
});

describe('an event', () => {
  it('is taken exactly when the answer says success', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        const { taken } = fateOf(fresh, answered(status), NOW);
        expect(taken).toBe(status >= 200 && status <= 299);
      }),
    );
  });

  it('that reached nobody is to wait, and tells why', () => {
    expect(fateOf(fresh, { ok: false, reason: 'It hung up.' }, NOW)).toStrictEqual({
      ...{ taken: false, state: 'active', failures: 1, failingSince: NOW },
      ...{ dueAt: later(NOW, waitAfter(1)), lastError: 'It hung up.' },
    });
  });
});

describe('a receiver', () => {
  const failing = (since: number) => ({ ...fresh, failures: 9, failingSince: later(NOW, -since) });

  it('is failing once it has taken nothing for a day, and not before', () => {
    expect(fateOf(failing(DAY - 1), answered(500), NOW)).toMatchObject({ state: 'active' });
    expect(fateOf(failing(DAY), answered(500), NOW)).toMatchObject({
      state: 'failing',
      failures: 10,
      failingSince: later(NOW, -DAY),
    });
  });

  it('is paused at once by 410, whatever it was', () => {
    expect(fateOf(fresh, answered(410), NOW)).toMatchObject({ state: 'paused' });
    expect(fateOf(failing(2 * DAY), answered(410), NOW)).toMatchObject({ state: 'paused' });
  });
});
