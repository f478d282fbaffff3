import fc from 'fast-check';
import { expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { createRoom, textOf, typed } from '../bench.ts';

const lengthOf = (password: string) => [...password.normalize('NFKC')].length;

/** Of every class, so that nothing but its length can speak against it. */
const short = (most: number) =>
  textOf(['upper', 'lower', 'digit', 'symbol', 'neutral'], { minLength: 0, maxLength: most }).map(
    (text) => [...`Aa1-${text}`].slice(0, most).join(''),
  );

property(33, 'Password Minimum Length', () => {
  it.each([
    ['composition', 12],
    ['nist', 15],
  ] as const)(
    'refuses under %s what has fewer than %i characters, and hashes none',
    async (rules, least) => {
      const { choose, asked } = createRoom({ rules });
      await fc.assert(
        fc.asyncProperty(fc.oneof(short(least - 1), typed), async (password) => {
          fc.pre(lengthOf(password) < least && password.isWellFormed());
          expect(await choose(password)).toContain('too-short');
          expect(asked).toStrictEqual([]);
        }),
        { numRuns: 500 },
      );
    },
  );

  it('refuses none for that which has as many, or more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('composition', 'nist'), typed, async (rules, password) => {
        fc.pre(lengthOf(password) >= (rules === 'nist' ? 15 : 12));
        expect(await createRoom({ rules }).choose(password)).not.toContain('too-short');
      }),
      { numRuns: 500 },
    );
  });

  it('counts characters as people see them typed, and not bytes or code units', async () => {
    const { choose } = createRoom();
    expect(await choose('Aa1-😀😀😀😀😀😀😀')).toStrictEqual(['too-short']);
    expect(await choose('Aa1-😀😀😀😀😀😀😀😀')).toStrictEqual([]);
    expect(await choose(`Aa1-${'e\u0301'.repeat(7)}`)).toStrictEqual(['too-short']);
  });
});
