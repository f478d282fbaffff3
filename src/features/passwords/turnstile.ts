import { Unavailable } from '#src/kernel/faults.ts';

export interface TurnstileLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

/**
 * Lets so many pieces of work run at once and so many wait their turn, first come first served; beyond
 * that it throws `Unavailable` at once, so that whoever is refused has cost nothing (ADR 0022).
 */
export function createTurnstile({ atOnce, waiting }: TurnstileLimits) {
  const queue: (() => void)[] = [];
  let running = 0;

  async function turn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (queue.length >= waiting) {
      throw new Unavailable('Too many are signing in at this moment.', { retryAfter: 2 });
    }
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  /** Hands the place to the next in line, who is counted as running already. */
  function leave(): void {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }

  return async function pass<T>(work: () => Promise<T>): Promise<T> {
    await turn();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
