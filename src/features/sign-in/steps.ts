import type { Account } from './verdict.ts';

/** One step between the password and the end. */
export interface StepEntry<Name extends string = string> {
  /** Names it in the state, and its page: `/interaction/:uid/<name>`. */
  readonly name: Name;
  /** Whether this person has to pass it this time, from what was read of them at the door. */
  isDue(account: Account): boolean;
}

/**
 * The steps, in the order they are asked. A room adds its own by one entry; the pages then do not
 * compile until they say what is shown at it.
 */
const STEPS = [] as const satisfies readonly StepEntry[];

export type Step = (typeof STEPS)[number]['name'];

/** The steps due for this person. */
export function dueFor(
  account: Account,
  steps: readonly StepEntry<Step>[] = STEPS,
): readonly Step[] {
  return steps.filter((step) => step.isDue(account)).map(({ name }) => name);
}
