import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBench, type Bench } from '#src/infra/postgres/bench.ts';
import { property } from '#src/testing/property.ts';
import { aPassword, createWiredRoom } from '../bench.ts';
import { createArgon2Hasher, LOWEST_COST } from '../hasher.argon2.ts';

let bench: Bench;
const hasher = createArgon2Hasher({ cost: LOWEST_COST, forTests: true });

beforeAll(async () => {
  bench = await aBench();
});
afterAll(async () => {
  await hasher[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

property(35, 'Password History Prevention', () => {
  it('refuses any of the last five, and takes the one before them', async () => {
    const choices = fc.array(fc.nat({ max: 7 }), { minLength: 6, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(choices, async (numbers) => {
        const { choose } = await createWiredRoom(bench, { hasher });
        const past: number[] = [];
        for (const number of numbers) {
          const isRecent = past.slice(-5).includes(number);
          expect(await choose(aPassword(number))).toStrictEqual(isRecent ? ['reused'] : []);
          if (!isRecent) past.push(number);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('knows each of the five in whatever writing, and the sixth-last no more', async () => {
    const { choose } = await createWiredRoom(bench, { hasher });
    const written = (number: number) => `${aPassword(number)}-\u00e9`;
    for (const number of [1, 2, 3, 4, 5, 6]) {
      expect(await choose(written(number))).toStrictEqual([]);
    }
    for (const number of [2, 3, 4, 5, 6]) {
      expect(await choose(written(number).normalize('NFD'))).toStrictEqual(['reused']);
    }
    expect(await choose(written(1))).toStrictEqual([]);
  });
});
