import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBench, type Bench } from '#src/infra/postgres/bench.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { aPassword, createStage } from '../bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** What meets every rule, in any script. */
const fit = fc
  .string({ unit: 'grapheme', minLength: 8, maxLength: 40 })
  .map((text) => `Aa1!${text}aA!1`)
  .filter((text) => text.normalize('NFKC').length <= 100 && !/ada|example/i.test(text));

/** What no link holds. */
const forged = fc.oneof(
  fc.constantFrom('', '\0', 'a'.repeat(43)),
  fc.base64String({ minLength: 43, maxLength: 44 }),
);

property(61, 'Password Change on Valid Token', () => {
  it('changes the password with a valid token, and never again with the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fit,
        fc.integer({ min: 0, max: HOUR - 1 }),
        fc.boolean(),
        async (password, wait, hadOne) => {
          const { aPerson, aLink, choose, holds, clock } = createStage(bench);
          const person = await aPerson(hadOne ? aPassword('old') : undefined);
          const token = await aLink(person);
          clock.pass(wait);
          expect(await choose(token, password)).toMatchObject({ ok: true });
          expect(await holds(person, password)).toBe(true);
          expect(await holds(person, aPassword('old'))).toBe(false);

          clock.pass(1);
          expect(await choose(token, aPassword('again'))).toMatchObject({ reason: 'link-used' });
          expect(await holds(person, password)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('changes none with a token that is no link’s, or an hour old', async () => {
    await fc.assert(
      fc.asyncProperty(forged, fc.integer({ min: 0, max: 48 * HOUR }), async (made, late) => {
        const { aPerson, aLink, choose, holds, clock } = createStage(bench);
        const person = await aPerson(aPassword('old'));
        const token = await aLink(person);
        expect(await choose(made, aPassword('new'))).toMatchObject({ reason: 'link-unknown' });
        clock.pass(HOUR + late);
        expect(await choose(token, aPassword('new'))).toMatchObject({ reason: 'link-expired' });
        expect(await holds(person, aPassword('old'))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('gives one success to any number of uses at once, and the account the winner’s password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 20 }), fc.boolean(), async (uses, hadOne) => {
        const { aPerson, aLink, choose, holds } = createStage(bench);
        const person = await aPerson(hadOne ? aPassword('old') : undefined);
        const token = await aLink(person);
        const endings = await Promise.all(
          Array.from({ length: uses }, (_, at) => choose(token, aPassword(at))),
        );
        const winners = [...endings.keys()].filter((at) => endings[at]?.ok);
        expect(winners).toHaveLength(1);
        expect(await holds(person, aPassword(winners[0] ?? ''))).toBe(true);
        for (const ending of endings.filter(({ ok }) => !ok)) {
          expect(ending).toMatchObject({ reason: 'link-used' });
        }
      }),
      { numRuns: 5, examples: [[20, true]] },
    );
  });
});
