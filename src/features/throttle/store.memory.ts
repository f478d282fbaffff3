import { later } from '#src/kernel/clock.ts';
import { type Bucket, type Fill, LONGEST_WAIT, type RateWindow } from './store.ts';

interface State {
  log: number[];
  violations: number;
  closedUntil: number;
}

/** The windows as a child would write them: one map, one caller. What the scripts answer is held against it. */
export function createMemoryWindow(): RateWindow & { readonly states: ReadonlyMap<string, State> } {
  const states = new Map<string, State>();

  function standing({ key, window, limit }: Bucket, now: number): State {
    const state = states.get(key) ?? { log: [], violations: 0, closedUntil: 0 };
    states.set(key, state);
    state.log = state.log.filter((at) => at > now - window).slice(-limit);
    return state;
  }

  return {
    states,
    async take(_, buckets, date) {
      const now = date.getTime();
      const judged = buckets.map((bucket) => ({ bucket, state: standing(bucket, now) }));
      const isClosed = ({ state }: (typeof judged)[number]) => state.closedUntil > now;
      const isFull = ({ bucket, state }: (typeof judged)[number]) =>
        state.log.length >= bucket.limit;
      const passes = !judged.some((one) => isClosed(one) || isFull(one));
      return judged.map((one) => {
        const { bucket, state } = one;
        if (passes) state.log.push(Math.max(now, state.log.at(-1) ?? 0));
        const isViolation = isFull(one) && !isClosed(one) && !passes;
        if (isViolation) violate(state, bucket, now);
        return fillOf(state, date, isViolation);
      });
    },
    sweep: async () => undefined,
  };
}

function violate(state: State, { window, base }: Bucket, now: number): void {
  const isOver = now >= state.closedUntil + window;
  state.violations = isOver ? 1 : state.violations + 1;
  state.closedUntil = now + Math.min(base * 2 ** state.violations, LONGEST_WAIT);
}

function fillOf(state: State, now: Date, isViolation: boolean): Fill {
  const { log, violations, closedUntil } = state;
  const until = later(now, closedUntil - now.getTime());
  return {
    passed: log.length,
    ...(log[0] !== undefined && { oldest: later(now, log[0] - now.getTime()) }),
    ...(until > now && { closedUntil: until }),
    violation: isViolation ? violations : 0,
  };
}
