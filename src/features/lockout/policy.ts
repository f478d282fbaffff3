import { later, MINUTE } from '#src/kernel/clock.ts';
import { unreachable } from '#src/kernel/outcome.ts';

/** What is held against one address, or against one device at it. */
export interface LockoutState {
  readonly failures: number;
  /** From this instant on, it is open again. */
  readonly closedUntil?: Date;
}

/**
 * `attempt`: a password is about to be looked at. `right`: it was right. `taken-back`: it could not be looked
 * at after all. That it was wrong changes nothing: it was counted before.
 */
export type LockoutEvent = 'attempt' | 'right' | 'taken-back';

/** The attempt that closes an account, unless it is right (R3.8). */
const MOST_FAILURES = 5;
export const PAUSE = 30 * MINUTE;

const CLEAN: LockoutState = { failures: 0 };

/**
 * What the state becomes after one more event (P06, P07).
 *
 * Pure, and total: any order of events at any instants gives a state, and time never reopens an account
 * early. A closed account ignores attempts, so guessing on does not lengthen the pause. The last attempt
 * closes it at once, before its password is looked at, so that those beside it find it closed.
 */
export function after(state: LockoutState, event: LockoutEvent, now: Date): LockoutState {
  switch (event) {
    case 'attempt':
      return isClosed(state, now) ? state : counted(servedAt(state, now), now);
    case 'right':
      return CLEAN;
    case 'taken-back':
      return { failures: Math.max(0, servedAt(state, now).failures - 1) };
    default:
      return unreachable(event);
  }
}

/** Whether passwords are not looked at now, the right one included. */
export function isClosed({ closedUntil }: LockoutState, now: Date): boolean {
  return closedUntil !== undefined && closedUntil > now;
}

/** A pause that is over wipes the slate. */
function servedAt(state: LockoutState, now: Date): LockoutState {
  return state.closedUntil !== undefined && !isClosed(state, now) ? CLEAN : state;
}

function counted({ failures }: LockoutState, now: Date): LockoutState {
  const count = failures + 1;
  return {
    failures: count,
    ...(count >= MOST_FAILURES && { closedUntil: later(now, PAUSE) }),
  };
}
