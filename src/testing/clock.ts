import { vi } from 'vitest';
import type { Clock } from '#src/kernel/clock.ts';

/** A Clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  pass(milliseconds: number): void;
  set(instant: Date): void;
}

const START = new Date('2030-01-01T12:00:00.000Z');

/** A clock at `start`. Every `now()` is a Date of its own, so no caller can move another's. */
export function createTestClock(start: Date = START): TestClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    pass: (milliseconds) => {
      time += milliseconds;
    },
    set: (instant) => {
      time = instant.getTime();
    },
  };
}

/**
 * A clock whose moves vitest's Date follows, for what reads `Date.now()` itself (oidc-provider, jose).
 * Timers stay real. Dispose of it, or later tests live in this one's year.
 */
export function createWorldClock(start: Date = START): TestClock & Disposable {
  const clock = createTestClock(start);
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  const follow = () => void vi.setSystemTime(clock.now());
  return {
    now: clock.now,
    pass: (milliseconds) => {
      clock.pass(milliseconds);
      follow();
    },
    set: (instant) => {
      clock.set(instant);
      follow();
    },
    [Symbol.dispose]: () => void vi.useRealTimers(),
  };
}
