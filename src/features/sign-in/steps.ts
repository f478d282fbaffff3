import { isExpired } from '#src/features/passwords/index.ts';
import type { Account } from './verdict.ts';

/** One step between the password and the end. */
export interface StepEntry<Name extends string = string> {
  /** Names it in the state, and its page: `/interaction/:uid/<name>`. */
  readonly name: Name;
  /** Whether this person has to pass it this time, from what was read of them at the door. */
  isDue(account: Account, now: Date): boolean;
}

/**
 * The steps, in the order they are asked. A room adds its own by one entry; the pages then do not
 * compile until they say what is shown at it.
 */
const STEPS = [
  // R10.4: nobody signs in with an address that may be somebody else's.
  { name: 'verify-email', isDue: ({ user }: Account) => user.emailVerifiedAt === undefined },
  // R6.6
  {
    name: 'change-password',
    isDue: ({ password }: Account, now: Date) => password !== undefined && isExpired(password, now),
  },
] as const satisfies readonly StepEntry[];

export type Step = (typeof STEPS)[number]['name'];

/** The steps due for this person. */
export function dueFor(account: Account, now: Date): readonly Step[] {
  return STEPS.filter((step) => step.isDue(account, now)).map(({ name }) => name);
}
