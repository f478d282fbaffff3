import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBench, type Bench } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import type { UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { property } from '#src/testing/property.ts';
import { createWiredRoom, textOf } from '../bench.ts';
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

/** Everything that is kept of the user's earlier passwords, the newest first. */
async function historyOf(unit: Unit, id: UserId): Promise<readonly string[]> {
  const found = await client(unit).query<{ hash: string }>(
    'select hash from password_history where user_id = $1 order by id desc',
    [id],
  );
  return found.rows.map(({ hash }) => hash);
}

const characters = textOf(['upper', 'lower', 'digit', 'symbol'], { minLength: 8, maxLength: 20 });
const chosen = fc.uniqueArray(
  characters.map((text) => `Aa1-${text}`),
  { minLength: 1, maxLength: 8, selector: (text) => text.normalize('NFKC') },
);

property(36, 'Password History Hashing', () => {
  it('holds argon2id hashes only, of the four passwords before the current one', async () => {
    await fc.assert(
      fc.asyncProperty(chosen, async (passwords) => {
        const { choose, inTenant, id } = await createWiredRoom(bench, { hasher });
        for (const password of passwords) expect(await choose(password)).toStrictEqual([]);
        const history = await inTenant((unit) => historyOf(unit, id));
        const earlier = passwords.toReversed().slice(1, 5);
        expect(history).toHaveLength(earlier.length);
        for (const [at, hash] of history.entries()) {
          expect(hash).toMatch(/^\$argon2id\$v=19\$/);
          expect(await hasher.verify(hash, earlier[at]?.normalize('NFKC') ?? '')).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
