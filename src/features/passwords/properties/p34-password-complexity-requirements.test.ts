import fc from 'fast-check';
import { expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { CLASSES, createRoom, textOf } from '../bench.ts';

const REQUIRED = ['upper', 'lower', 'digit', 'symbol'] as const;
type Required = (typeof REQUIRED)[number];
const faultsOf = (classes: readonly Required[]) => classes.map((name) => `no-${name}`);

/** A password of twelve or more characters, with exactly these of the required classes. */
const withOnly = (classes: readonly Required[]) =>
  fc
    .tuple(
      fc.tuple(...classes.map((name) => CLASSES[name])),
      textOf([...classes, 'neutral'], { minLength: 12, maxLength: 30 }),
    )
    .map(([each, rest]) => `${rest}${each.join('')}`)
    // Composed with the letter before it, a mark can leave fewer characters than were drawn.
    .filter((password) => [...password.normalize('NFKC')].length >= 12);

property(34, 'Password Complexity Requirements', () => {
  it('refuses what lacks a class, and names each that is lacking and no other', async () => {
    const some = fc
      .subarray([...REQUIRED], { maxLength: 3 })
      .chain((classes) => fc.tuple(fc.constant(classes), withOnly(classes)));
    await fc.assert(
      fc.asyncProperty(some, async ([classes, password]) => {
        const lacking = REQUIRED.filter((name) => !classes.includes(name));
        const faults = await createRoom().choose(password);
        expect(faults).toStrictEqual(faultsOf(lacking));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses none for its characters that has all of them', async () => {
    await fc.assert(
      fc.asyncProperty(withOnly(REQUIRED), async (password) => {
        expect(await createRoom().choose(password)).toStrictEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('asks for no class where the tenant chose length and blocklist alone', async () => {
    await fc.assert(
      fc.asyncProperty(withOnly(['lower']), async (password) => {
        const faults = await createRoom({ rules: 'nist' }).choose(password);
        expect(faults.filter((fault) => fault.startsWith('no-'))).toStrictEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
