import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '#src/kernel/clock.ts';
import { createTestClock, createWorldClock } from './clock.ts';

const start = new Date('2031-02-03T04:05:06.789Z');

describe('createTestClock', () => {
  test('stands still until it is moved', () => {
    const clock = createTestClock(start);
    expect(clock.now()).toEqual(start);
    clock.pass(HOUR);
    expect(clock.now()).toEqual(new Date(start.getTime() + HOUR));
    clock.set(start);
    expect(clock.now()).toEqual(start);
  });

  test('is not moved by someone who changes a Date it gave', () => {
    const clock = createTestClock(start);
    clock.now().setFullYear(1999);
    expect(clock.now()).toEqual(start);
  });
});

describe('createWorldClock', () => {
  test('takes Date along, and leaves timers and the real Date as they were', async () => {
    const real = Date.now();
    {
      using clock = createWorldClock(start);
      clock.pass(7 * DAY);
      expect(Date.now()).toBe(clock.now().getTime());
      expect(new Date()).toEqual(new Date(start.getTime() + 7 * DAY));
      clock.set(start);
      expect(Date.now()).toBe(start.getTime());
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(Date.now()).toBeGreaterThanOrEqual(real);
    expect(Date.now()).toBeLessThan(start.getTime());
  });
});
