import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userId } from '#src/kernel/ids.ts';
import { after, type Event, START, type State } from './machine.ts';

const STEPS = ['verify-email', 'second-factor', 'change-password'] as const;
type Step = (typeof STEPS)[number];

const aPerson = fc.record({
  userId: fc.constantFrom(userId('ada'), userId('bob')),
  authTime: fc.integer({ min: 1, max: 9 }),
  amr: fc.constant(['pwd']),
});

const anEvent: fc.Arbitrary<Event<Step>> = fc.oneof(
  fc.record({ kind: fc.constant('tried') }),
  fc.record({ kind: fc.constant('identified'), person: aPerson, due: fc.subarray([...STEPS]) }),
  fc.record({
    kind: fc.constant('passed'),
    step: fc.constantFrom(...STEPS),
    amr: fc.subarray(['otp', 'mfa']),
  }),
);

const events = fc.array(anEvent, { maxLength: 30 });

function run(list: readonly Event<Step>[]): readonly State<Step>[] {
  const states: State<Step>[] = [START];
  for (const event of list) states.push(after(states.at(-1) ?? START, event));
  return states;
}

/** The history that the machine must have accepted: the first person, then their steps in turn. */
function honest(
  list: readonly Event<Step>[],
): { due: readonly Step[]; passed: readonly Step[] } | undefined {
  const from = list.findIndex(({ kind }) => kind === 'identified');
  const first = list[from];
  if (first?.kind !== 'identified') return undefined;
  const passed: Step[] = [];
  for (const event of list.slice(from + 1)) {
    if (event.kind === 'passed' && event.step === first.due[passed.length]) passed.push(event.step);
  }
  return { due: first.due, passed };
}

describe('a sign-in', () => {
  it('is done exactly when a person was identified and every due step was passed in turn', () => {
    fc.assert(
      fc.property(events, (list) => {
        const history = honest(list);
        const isDone = history !== undefined && history.passed.length === history.due.length;
        expect(run(list).at(-1)?.at === 'done').toBe(isDone);
      }),
      { numRuns: 500 },
    );
  });

  it('never puts another person in the place of the one who showed the password', () => {
    fc.assert(
      fc.property(events, (list) => {
        const people = run(list).flatMap((state) =>
          state.at === 'password' ? [] : [state.person],
        );
        expect(
          new Set(people.map((person) => `${person.userId} ${person.authTime}`)).size,
        ).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not advance by a replay', () => {
    fc.assert(
      fc.property(events, anEvent, (list, event) => {
        const once = run([...list, event]).at(-1);
        const twice = run([...list, event, event]).at(-1);
        expect({ ...twice, attempts: 0 }).toEqual({ ...once, attempts: 0 });
      }),
    );
  });

  it('never goes back, and once done stays so', () => {
    const rank = (state: State<Step>) =>
      state.at === 'step' ? 10 - state.due.length : { password: 0, done: 10 }[state.at];
    fc.assert(
      fc.property(events, (list) => {
        const ranks = run(list).map(rank);
        expect(ranks).toEqual(ranks.toSorted((one, other) => one - other));
      }),
    );
  });

  it('counts every try and forgets none', () => {
    fc.assert(
      fc.property(events, (list) => {
        const tried = list.filter(({ kind }) => kind === 'tried').length;
        expect(run(list).at(-1)?.attempts).toBe(tried);
      }),
    );
  });

  it('remembers by what means the person came in, each named once', () => {
    const person = { userId: userId('ada'), authTime: 1, amr: ['pwd'] };
    const list: Event<Step>[] = [
      { kind: 'identified', person, due: ['second-factor', 'change-password'] },
      { kind: 'passed', step: 'second-factor', amr: ['otp', 'mfa'] },
      { kind: 'passed', step: 'change-password', amr: ['pwd'] },
    ];
    expect(run(list).at(-1)).toMatchObject({ at: 'done', person: { amr: ['pwd', 'otp', 'mfa'] } });
  });
});
