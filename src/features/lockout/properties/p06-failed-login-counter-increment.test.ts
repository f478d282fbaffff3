import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import {
  anOwner,
  createBench,
  PEOPLE,
  someSteps,
  spellingsOf,
  tryPassword,
  walk,
} from '../bench.ts';
import { after, isClosed, type LockoutState } from '../policy.ts';

const START = new Date('2030-01-01T12:00:00Z');
const CLEAN: LockoutState = { failures: 0 };
const waits = (least: number, most: number) =>
  fc.array(fc.nat(40 * DAY), { minLength: least, maxLength: most });

/** So many attempts one after another, each after its wait. */
function attempts(state: LockoutState, gaps: readonly number[], from: Date) {
  let now = from;
  let last = state;
  for (const gap of gaps) {
    now = later(now, gap);
    last = after(last, 'attempt', now);
  }
  return { state: last, now };
}

property(6, 'Failed Login Counter Increment', () => {
  it('stands at n after n failures in a row below the threshold, however far apart, and is open', () => {
    fc.assert(
      fc.property(waits(0, 4), (gaps) => {
        const { state, now } = attempts(CLEAN, gaps, START);
        expect(state).toStrictEqual({ failures: gaps.length });
        expect(isClosed(state, now)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is set to nothing by a success, after however many attempts, the closing one included', () => {
    fc.assert(
      fc.property(waits(0, 30), (gaps) => {
        const { state, now } = attempts(CLEAN, gaps, START);
        expect(after(state, 'right', now)).toStrictEqual(CLEAN);
      }),
      { numRuns: 500 },
    );
  });

  it('counts on from nothing after a success', () => {
    fc.assert(
      fc.property(waits(0, 30), waits(0, 4), (before, since) => {
        const first = attempts(CLEAN, before, START);
        const { state } = attempts(after(first.state, 'right', first.now), since, first.now);
        expect(state).toStrictEqual({ failures: since.length });
      }),
      { numRuns: 500 },
    );
  });

  it('does not stand below what was looked at, nor below nothing, when attempts are taken back', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (events) => {
        let state = CLEAN;
        let standing = 0;
        for (const isAttempt of events) {
          if (isAttempt && !isClosed(state, START)) standing += 1;
          if (!isAttempt) standing = Math.max(0, standing - 1);
          state = after(state, isAttempt ? 'attempt' : 'taken-back', START);
          expect(state.failures).toBe(standing);
          expect(isClosed(state, START)).toBe(standing === 5);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is one for every spelling of an address, whether or not anybody has it', async () => {
    const spelled = fc.array(spellingsOf('ada@x.test'), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(spelled, fc.boolean(), async (spellings, isSomebody) => {
        const bench = createBench();
        const subject = { origin: {}, ...(isSomebody && { owner: anOwner() }) };
        for (const email of spellings) await tryPassword(bench, { ...subject, email }, 'wrong');
        expect([...bench.store.states.values()]).toStrictEqual([{ failures: spellings.length }]);
      }),
      { numRuns: 200 },
    );
  });

  it('is each account’s own, and each browser’s that has signed in to it', async () => {
    await fc.assert(
      fc.asyncProperty(someSteps(PEOPLE.length, 3), async (steps) => {
        await walk(createBench(), PEOPLE, ['one', 'two', 'three'], steps);
      }),
      { numRuns: 300 },
    );
  });
});
