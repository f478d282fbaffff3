import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, later, SECOND } from '#src/kernel/clock.ts';
import type { Receipt } from '#src/kernel/mail.ts';
import { ATTEMPTS, deathBefore, fateOf, waitAfter } from './delivery.ts';

const NOW = new Date('2030-01-01T12:00:00.000Z');
const PUT_OFF: Receipt = { ok: false, permanent: false, reason: 'busy' };
const REFUSED: Receipt = { ok: false, permanent: true, reason: 'unknown' };

describe('the wait after a try', () => {
  it('grows up to an hour, and never beyond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (attempts) => {
        const [wait, next] = [waitAfter(attempts), waitAfter(attempts + 1)];
        expect(wait).toBeGreaterThanOrEqual(15 * SECOND);
        expect(next).toBeLessThanOrEqual(HOUR);
        if (next < HOUR) expect(next).toBeGreaterThan(wait);
      }),
    );
  });

  it('adds up to a night’s worth of a server’s absence', () => {
    const waits = Array.from({ length: ATTEMPTS - 1 }, (_, index) => waitAfter(index + 1));
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(4 * HOUR);
  });
});

describe('the fate of a mail that was tried', () => {
  it.each([1, ATTEMPTS, ATTEMPTS + 5])('is delivered when it was taken, at try %i', (attempts) => {
    expect(fateOf({ attempts }, { ok: true }, NOW)).toStrictEqual({ state: 'delivered' });
  });

  it('is to wait while there are tries left', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ATTEMPTS - 1 }), (attempts) => {
        expect(fateOf({ attempts }, PUT_OFF, NOW)).toStrictEqual({
          state: 'waiting',
          dueAt: later(NOW, waitAfter(attempts)),
          reason: 'busy',
        });
      }),
    );
  });

  it('is death after the last try', () => {
    expect(fateOf({ attempts: ATTEMPTS }, PUT_OFF, NOW)).toStrictEqual({
      state: 'dead',
      cause: 'given-up',
      reason: 'busy',
    });
  });

  it('is death at once where the next would be refused as well', () => {
    expect(fateOf({ attempts: 1 }, REFUSED, NOW)).toStrictEqual({
      state: 'dead',
      cause: 'refused',
      reason: 'unknown',
    });
  });
});

describe('a mail is not even tried', () => {
  it('once its time is over', () => {
    expect(deathBefore({ attempts: 1, expiresAt: NOW }, NOW)).toMatchObject({ cause: 'expired' });
    expect(deathBefore({ attempts: 1, expiresAt: later(NOW, 1) }, NOW)).toBeUndefined();
    expect(deathBefore({ attempts: 1 }, NOW)).toBeUndefined();
  });

  it('when the last try left nobody to tell of it', () => {
    expect(deathBefore({ attempts: ATTEMPTS }, NOW)).toBeUndefined();
    expect(deathBefore({ attempts: ATTEMPTS + 1 }, NOW)).toMatchObject({ cause: 'given-up' });
  });
});
