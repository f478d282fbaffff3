import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBench, type Bench } from '#src/infra/postgres/bench.ts';
import { property } from '#src/testing/property.ts';
import { aPassword, createStage } from '../bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Which of the last five are tried, and in which order. */
const tries = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 });

property(63, 'Password Reuse Prevention on Reset', () => {
  it('refuses each of the last five, and the token stays usable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 7 }), tries, async (count, tries) => {
        const { aPerson, aLink, choose, holds, setPassword, clock } = createStage(bench);
        const person = await aPerson();
        for (let number = 0; number < count; number += 1) {
          clock.pass(1);
          await setPassword(person, aPassword(number));
        }
        clock.pass(1);
        const token = await aLink(person);
        const newest = count - 1;
        for (const back of tries) {
          const reused = aPassword(newest - Math.min(back, newest));
          expect(await choose(token, reused)).toEqual({
            ok: false,
            reason: 'unfit',
            faults: ['reused'],
          });
          expect(await holds(person, aPassword(newest))).toBe(true);
        }
        // Beyond the last five, one may come back; and nothing before has cost the token.
        const allowed = count > 5 ? aPassword(newest - 5) : aPassword('new');
        expect(await choose(token, allowed)).toMatchObject({ ok: true });
        expect(await holds(person, allowed)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});
