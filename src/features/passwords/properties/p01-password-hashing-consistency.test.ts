import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { textOf } from '../bench.ts';
import { createArgon2Hasher, LOWEST_COST } from '../hasher.argon2.ts';
import { readPhc } from '../phc.ts';
import { normalisePassword } from '../rules.js';

const hasher = createArgon2Hasher({ cost: LOWEST_COST, forTests: true });
afterAll(() => hasher[Symbol.asyncDispose]());

const CHARACTERS = ['upper', 'lower', 'digit', 'symbol', 'neutral'] as const;
const password = textOf(CHARACTERS, { minLength: 4, maxLength: 128 }).filter(
  (text) => normalisePassword(text) === text,
);

/** OWASP's floor, and costs around it. */
const cost = fc.record({
  memoryKiB: fc.integer({ min: 19_000, max: 20_000 }),
  passes: fc.integer({ min: 1, max: 3 }),
  lanes: fc.integer({ min: 0, max: 2 }),
});

property(1, 'Password Hashing Consistency', () => {
  it('makes argon2id PHC strings that never hold the password, no two alike', async () => {
    await fc.assert(
      fc.asyncProperty(password, async (text) => {
        const [one, other] = [await hasher.hash(text), await hasher.hash(text)];
        expect(one).not.toBe(other);
        for (const phc of [one, other]) {
          expect(phc).toMatch(
            /^\$argon2id\$v=19\$[mtp0-9=,]+\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
          );
          expect(phc).not.toContain(text);
          expect(await hasher.verify(phc, text)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('hashes with the parameters it is given, and takes none below the floor', async () => {
    await fc.assert(
      fc.asyncProperty(cost, password, async (given, text) => {
        const { memoryKiB, passes, lanes } = given;
        if (memoryKiB < 19_456 || passes < 2 || lanes < 1) {
          expect(() => createArgon2Hasher({ cost: given })).toThrow(RangeError);
          return;
        }
        await using strong = createArgon2Hasher({ cost: given });
        const { parameters } = readPhc(await strong.hash(text)) ?? {};
        expect(parameters).toStrictEqual(
          new Map([
            ['m', memoryKiB],
            ['t', passes],
            ['p', lanes],
          ]),
        );
      }),
      { numRuns: 40 },
    );
  });
});
