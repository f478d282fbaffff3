import type { TenantId, UserId } from '#src/kernel/ids.ts';

/** Who has shown the password, when (a NumericDate), and by what means so far (RFC 8176). */
export interface Person {
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly authTime: number;
  readonly amr: readonly string[];
}

/** How far one sign-in has come. `attempts` counts passwords tried, right and wrong. */
export type State<Step extends string> =
  | { readonly at: 'password'; readonly attempts: number }
  | {
      readonly at: 'step';
      readonly attempts: number;
      readonly person: Person;
      /** What is still due, in this order; never empty. */
      readonly due: readonly [Step, ...Step[]];
    }
  | { readonly at: 'done'; readonly attempts: number; readonly person: Person };

export type Event<Step extends string> =
  /** A password is about to be checked. */
  | { readonly kind: 'tried' }
  /** It was right; these steps are due before the end. */
  | { readonly kind: 'identified'; readonly person: Person; readonly due: readonly Step[] }
  /** A step was passed by these means; where it proved the person anew, at this time. */
  | {
      readonly kind: 'passed';
      readonly step: Step;
      readonly amr: readonly string[];
      readonly authTime?: number;
    }
  /** The person at a step is somebody else after all. */
  | { readonly kind: 'restarted' };

/** Where every sign-in starts. */
export const START = { at: 'password', attempts: 0 } as const;

/**
 * What a sign-in becomes by one more event.
 *
 * Pure, and total: an event that does not belong to the state leaves it as it is. So a step cannot be
 * skipped, passed out of turn or passed twice, nobody can be put in another's place but by starting
 * over, and the end is reached by passing every step that was due and by nothing else.
 */
export function after<Step extends string>(state: State<Step>, event: Event<Step>): State<Step> {
  switch (event.kind) {
    case 'tried':
      return { ...state, attempts: state.attempts + 1 };
    case 'identified':
      return state.at === 'password' ? next(state.attempts, event.person, event.due) : state;
    case 'passed': {
      if (state.at !== 'step' || state.due[0] !== event.step) return state;
      const amr = [...new Set([...state.person.amr, ...event.amr])];
      const authTime = Math.max(state.person.authTime, event.authTime ?? 0);
      return next(state.attempts, { ...state.person, amr, authTime }, state.due.slice(1));
    }
    case 'restarted':
      return state.at === 'step' ? { at: 'password', attempts: state.attempts } : state;
  }
}

function next<Step extends string>(
  attempts: number,
  person: Person,
  [first, ...rest]: readonly Step[],
): State<Step> {
  if (first === undefined) return { at: 'done', attempts, person };
  return { at: 'step', attempts, person, due: [first, ...rest] };
}
