import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { after, type Event, type Person, START, type State } from './machine.ts';

const STEPS = ['verify-email', 'second-factor', 'change-password'] as const;
type Step = (typeof STEPS)[number];

const aPerson = fc.record({
  userId: fc.constantFrom(userId('ada'), userId('bob')),
  tenantId: fc.constant(tenantId('flock')),
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
  fc.record({ kind: fc.constant('restarted') }),
);

const events = fc.array(anEvent, { maxLength: 30 });

function run(list: readonly Event<Step>[]): readonly State<Step>[] {
  const states: State<Step>[] = [START];
  for (const event of list) states.push(after(states.at(-1) ?? START, event));
  return states;
}

/** The history that the machine must have accepted: the last person not started over from, then their steps in turn. */
function honest(list: readonly Event<Step>[]): History | undefined {
  let history: History | undefined;
  for (const event of list) {
    if (event.kind === 'identified')
      history ??= { person: event.person, due: event.due, passed: [] };
    if (!history || history.passed.length === history.due.length) continue;
    if (event.kind === 'restarted') history = undefined;
    else if (event.kind === 'passed' && event.step === history.due[history.passed.length])
      history.passed.push(event.step);
  }
  return history;
}

interface History {
  readonly person: Person;
  readonly due: readonly Step[];
  readonly passed: Step[];
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

  it('never puts another person in the place of the one who showed the password, but by starting over', () => {
    fc.assert(
      fc.property(events, (list) => {
        const last = run(list).at(-1) ?? START;
        const expected = honest(list)?.person;
        expect(last.at === 'password' ? undefined : last.person.userId).toBe(expected?.userId);
      }),
      { numRuns: 500 },
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

  it('never goes back but by starting over, and once done stays so', () => {
    const rank = (state: State<Step>) =>
      state.at === 'step' ? 10 - state.due.length : { password: 0, done: 10 }[state.at];
    fc.assert(
      fc.property(events, (list) => {
        const ranks = run(list).map(rank);
        for (const [at, event] of list.entries()) {
          const [before = 0, after = 0] = [ranks[at], ranks[at + 1]];
          const startsOver = event.kind === 'restarted' && before < 10;
          expect(after).toBeGreaterThanOrEqual(startsOver ? 0 : before);
        }
      }),
    );
  });

  it('takes the time of a step that proves the person anew, and never an earlier one', () => {
    const person = {
      userId: userId('ada'),
      tenantId: tenantId('flock'),
      authTime: 5,
      amr: ['pwd'],
    };
    const passed = (authTime: number): Event<Step>[] => [
      { kind: 'identified', person, due: ['change-password'] },
      { kind: 'passed', step: 'change-password', amr: ['pwd'], authTime },
    ];
    expect(run(passed(9)).at(-1)).toMatchObject({ at: 'done', person: { authTime: 9 } });
    expect(run(passed(3)).at(-1)).toMatchObject({ at: 'done', person: { authTime: 5 } });
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
    const person = {
      userId: userId('ada'),
      tenantId: tenantId('flock'),
      authTime: 1,
      amr: ['pwd'],
    };
    const list: Event<Step>[] = [
      { kind: 'identified', person, due: ['second-factor', 'change-password'] },
      { kind: 'passed', step: 'second-factor', amr: ['otp', 'mfa'] },
      { kind: 'passed', step: 'change-password', amr: ['pwd'] },
    ];
    expect(run(list).at(-1)).toMatchObject({ at: 'done', person: { amr: ['pwd', 'otp', 'mfa'] } });
  });
});
