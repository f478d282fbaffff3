import { setTimeout as pause } from 'node:timers/promises';

/** For answers that must not tell by their time what was found (R11.1). */
export interface Pace {
  /** Does the work, and goes on only at a whole multiple of the pace after it began, whether it went well or not. */
  even<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * A pace of so many milliseconds. Work that takes longer than one waits for the next, so that a slow
 * database does not tell either.
 */
export function createPace(milliseconds: number): Pace {
  return {
    async even(work) {
      const begun = performance.now();
      try {
        return await work();
      } finally {
        const past = performance.now() - begun;
        await pause(milliseconds - (past % milliseconds));
      }
    },
  };
}
