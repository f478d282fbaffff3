import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';

/** For answers that must not tell by their time what was found (R11.1). */
export interface Pace {
  /** Does the work, and goes on only at a whole multiple of the pace after it began, whether it went well or not. */
  even<T>(work: () => Promise<T>): Promise<T>;
}

/** A timer counts in whole milliseconds from when the last turn began: how much it may come late, or early. */
const TIMER_ERROR = 2;

/**
 * A pace of so many milliseconds. Work that takes longer than one waits for the next, so that a slow
 * database does not tell either. The last moment is waited for turn by turn: by a timer alone, the work's
 * own fraction of a millisecond would show.
 */
export function createPace(milliseconds: number): Pace {
  return {
    async even(work) {
      const begun = performance.now();
      try {
        return await work();
      } finally {
        const paces = Math.ceil((performance.now() - begun) / milliseconds);
        const end = begun + paces * milliseconds;
        await pause(Math.max(0, end - performance.now() - TIMER_ERROR));
        while (performance.now() < end) await turn();
      }
    },
  };
}
