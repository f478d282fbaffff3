import type { PasswordDoor, Subject } from '#src/features/lockout/index.ts';
import { type Clock, epochSeconds, fromEpochSeconds, later, SECOND } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Accounts } from './accounts.ts';
import type { Person, State } from './machine.ts';
import type { Records } from './records.ts';
import type { States } from './states.ts';
import { dueFor, type Step } from './steps.ts';
import { type Account, judge, type Look, type Refusal, tell } from './verdict.ts';
import type { Attempt, Stage, Visit } from './visit.ts';

/** A password alone (OpenID Connect Core §2, `acr`). */
export const ACR_PASSWORD = 'urn:avian:acr:password';

/** What moves a sign-in along. */
export interface Parts {
  readonly clock: Clock;
  readonly door: PasswordDoor;
  readonly states: States;
  readonly accounts: Accounts;
  readonly records: Records;
}

/** Counts, reads, looks, judges, records, and moves: the whole of one attempt. */
export async function tryPassword(
  parts: Parts,
  attempt: Attempt,
): Promise<Outcome<Stage, Refusal | 'gone'>> {
  const { states, accounts, records, clock, door } = parts;
  const { interaction, email } = attempt;
  // Counted before anything is judged: of a burst of guesses none goes uncounted.
  if (!(await states.advance(interaction.uid, { kind: 'tried' }))) return refused('gone');

  // Taken before the hash is read: should the password change meanwhile, this sign-in is from before it.
  const begun = epochSeconds(clock.now());
  const account = await accounts.at(email);
  const subject = subjectOf(attempt, account);
  // No transaction is open here: hashing takes longer than a connection may be kept.
  const tried = await door.try(subject, account?.password, attempt.password);
  const verdict = judge(account, lookOf(tried), interaction.client.tenantId);
  if (!verdict.ok) {
    await records.refused(attempt, { subject, tried, account, finding: verdict.reason });
    return refused(tell(verdict.reason));
  }
  const due = dueFor(verdict.value, clock.now());
  await records.accepted(attempt, { tried, account: verdict.value, due });
  const authTime = afterEpoch(verdict.value, begun);
  return identify(parts, attempt, verdict.value, { authTime, due });
}

async function identify(
  { states }: Parts,
  { interaction }: Attempt,
  account: Account,
  { authTime, due }: { authTime: number; due: readonly Step[] },
): Promise<Outcome<Stage, 'gone'>> {
  const { id: userId, tenantId } = account.user;
  const person: Person = { userId, tenantId, authTime, amr: ['pwd'] };
  const event = { kind: 'identified', person, due } as const;
  const state = (await states.advance(interaction.uid, event))?.state;
  if (!state || state.at === 'password') return refused('gone');
  // Somebody else got here first, in another tab of the same sign-in.
  if (state.person.userId !== userId) return refused('gone');
  return done(state.at === 'step' ? at(state.due[0], account) : settled(state));
}

/** Whoever moves a sign-in to its end writes that it succeeded. */
export async function pass(
  { states, records }: Parts,
  visit: Visit,
  account: Account,
  passed: { step: Step; amr: readonly string[]; authTime?: number },
): Promise<Stage> {
  const advance = await states.advance(visit.interaction.uid, { kind: 'passed', ...passed });
  if (!advance) return { at: 'password', attempts: 0 };
  const { state, moved } = advance;
  if (state.at === 'step') return at(state.due[0], account);
  if (moved) await records.completed(visit, account.user);
  return settled(state);
}

/** Somebody has to show their password anew. */
export async function restart({ states }: Parts, { interaction }: Visit): Promise<Stage> {
  const advance = await states.advance(interaction.uid, { kind: 'restarted' });
  return { at: 'password', attempts: advance?.state.attempts ?? 0 };
}

/** The stage of a step that is due. */
export function at(step: Step, { user }: Account): Stage {
  return { at: 'step', step, user };
}

/** The stage of a sign-in that is at no step. */
export function settled(state: Exclude<State<Step>, { at: 'step' }>): Stage {
  if (state.at === 'password') return state;
  const { userId, authTime, amr } = state.person;
  return {
    at: 'done',
    signedIn: { userId, at: fromEpochSeconds(authTime), amr, acr: ACR_PASSWORD },
  };
}

/** Sessions count in whole seconds; within the one in which all were ended, a sign-in counts from its end. */
function afterEpoch({ user }: Account, seconds: number): number {
  return Math.max(seconds, epochSeconds(later(user.sessionsValidFrom, SECOND - 1)));
}

function subjectOf({ email, device, origin }: Attempt, account: Account | undefined): Subject {
  const owner = account?.user;
  return { email, device, origin, ...(owner && { owner }) };
}

function lookOf({ attempt, check }: Awaited<ReturnType<PasswordDoor['try']>>): Look {
  if (attempt.door === 'closed') return 'closed';
  return check === 'wrong' ? 'wrong' : 'right';
}
