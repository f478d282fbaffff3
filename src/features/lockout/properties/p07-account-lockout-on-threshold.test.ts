import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, later, MINUTE } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { anOwner, createBench, spellingsOf, tryPassword } from '../bench.ts';
import { after, isClosed, type LockoutState } from '../policy.ts';

const START = new Date('2030-01-01T12:00:00Z');
const ADA = anOwner();
const PAUSE = 30 * MINUTE;

/** The state after five attempts in a row, and when the fifth was. */
function closed(gaps: readonly number[]): { state: LockoutState; at: Date } {
  let at = START;
  let state: LockoutState = { failures: 0 };
  for (const gap of gaps) {
    at = later(at, gap);
    state = after(state, 'attempt', at);
  }
  return { state, at };
}

const fiveGaps = fc.array(fc.nat(DAY), { minLength: 5, maxLength: 5 });
const inPause = fc.nat(PAUSE - 1);

/** Five wrong tries by devices that were never signed in with, however they write the address. */
async function closedBy(spellings: readonly string[]) {
  const bench = createBench();
  const subject = { owner: ADA, email: ADA.email, origin: {} };
  await tryPassword(bench, { ...subject, device: 'hers' }, 'right');
  for (const [index, email] of spellings.entries())
    await tryPassword(bench, { ...subject, email, device: `stranger ${index}` }, 'wrong');
  bench.looked.length = 0;
  return { ...bench, subject };
}

const fiveSpellings = fc.array(spellingsOf(ADA.email), { minLength: 5, maxLength: 5 });
const someDevice = fc.option(fc.string({ minLength: 1 }), { nil: undefined });

property(7, 'Account Lockout on Threshold', () => {
  it('closes at the fifth, stays closed for thirty minutes, and is open again after', () => {
    fc.assert(
      fc.property(fiveGaps, inPause, fc.nat(DAY), (gaps, during, more) => {
        const { state, at } = closed(gaps);
        expect(isClosed(state, at)).toBe(true);
        expect(isClosed(state, later(at, during))).toBe(true);
        expect(isClosed(state, later(at, PAUSE + more))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is neither lengthened nor shortened by guessing on', () => {
    fc.assert(
      fc.property(fiveGaps, fc.array(inPause, { maxLength: 50 }), (gaps, guesses) => {
        const { state, at } = closed(gaps);
        const guessedOn = guesses.reduce(
          (last, wait) => after(last, 'attempt', later(at, wait)),
          state,
        );
        expect(guessedOn).toStrictEqual(state);
      }),
      { numRuns: 500 },
    );
  });

  it('begins a new count once it is over, and closes at the fifth of that', () => {
    fc.assert(
      fc.property(fiveGaps, fc.nat(DAY), fc.integer({ min: 1, max: 5 }), (gaps, more, tries) => {
        const { state, at } = closed(gaps);
        const now = later(at, PAUSE + more);
        let next = state;
        for (let count = 0; count < tries; count += 1) next = after(next, 'attempt', now);
        expect(next.failures).toBe(tries);
        expect(isClosed(next, now)).toBe(tries === 5);
      }),
      { numRuns: 500 },
    );
  });

  it('is never opened early by attempts, though the clock be set back among them', () => {
    const instants = fc.array(fc.integer({ min: -DAY, max: PAUSE - 1 }));
    fc.assert(
      fc.property(fiveGaps, instants, inPause, (gaps, guesses, then) => {
        const { state, at } = closed(gaps);
        const last = guesses.reduce((next, off) => after(next, 'attempt', later(at, off)), state);
        expect(isClosed(last, later(at, then))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses the right password from any unknown device, without looking at it', async () => {
    await fc.assert(
      fc.asyncProperty(fiveSpellings, someDevice, inPause, async (spellings, device, wait) => {
        fc.pre(device !== 'hers');
        const { clock, looked, subject, ...bench } = await closedBy(spellings);
        clock.pass(wait);
        const visit = { ...subject, ...(device !== undefined && { device }) };
        const { attempt, check } = await tryPassword({ ...bench, clock }, visit, 'right');
        expect([attempt.door, check, looked]).toEqual(['closed', 'wrong', []]);
      }),
      { numRuns: 200 },
    );
  });

  it('lets a device in that has signed in before, however many strangers try', async () => {
    await fc.assert(
      fc.asyncProperty(fiveSpellings, inPause, async (spellings, wait) => {
        const { clock, subject, ...bench } = await closedBy(spellings);
        clock.pass(wait);
        const visit = { ...subject, device: 'hers' };
        const { check } = await tryPassword({ ...bench, clock }, visit, 'right');
        expect(check).toBe('right');
      }),
      { numRuns: 200 },
    );
  });

  it('closes a known device by its own five, and nobody else by them', async () => {
    await fc.assert(
      fc.asyncProperty(inPause, someDevice, async (wait, device) => {
        fc.pre(device !== 'hers');
        const { clock, subject, ...bench } = await closedBy([]);
        const room = { ...bench, clock };
        for (let count = 0; count < 5; count += 1)
          await tryPassword(room, { ...subject, device: 'hers' }, 'wrong');
        clock.pass(wait);
        const hers = await tryPassword(room, { ...subject, device: 'hers' }, 'right');
        const other = { ...subject, ...(device !== undefined && { device }) };
        expect(hers.check).toBe('wrong');
        expect((await tryPassword(room, other, 'right')).check).toBe('right');
      }),
      { numRuns: 200 },
    );
  });

  it('lets the right password in from any device once it is over', async () => {
    await fc.assert(
      fc.asyncProperty(fiveSpellings, someDevice, fc.nat(DAY), async (spellings, device, more) => {
        const { clock, subject, ...bench } = await closedBy(spellings);
        clock.pass(PAUSE + more);
        const visit = { ...subject, ...(device !== undefined && { device }) };
        expect((await tryPassword({ ...bench, clock }, visit, 'right')).check).toBe('right');
      }),
      { numRuns: 200 },
    );
  });
});
