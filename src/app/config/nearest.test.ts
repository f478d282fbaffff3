import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('the distance of two words', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['PORT', 'PROT', 1],
    ['ISSUER', 'ISUER', 1],
    ['abcd', 'badc', 2],
  ])('of %j and %j is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  it('is the same both ways, zero for equal words alone, and no longer than the longer word', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (from, to) => {
        const distance = editDistance(from, to);
        expect(distance).toBe(editDistance(to, from));
        expect(distance === 0).toBe(from === to);
        expect(distance).toBeLessThanOrEqual(Math.max(from.length, to.length));
      }),
    );
  });
});

describe('the word that was meant', () => {
  it('is the nearest, and none when all are far', () => {
    expect(nearest('AVIAN_ISUER', ['AVIAN_DATA_DIR', 'AVIAN_ISSUER'])).toBe('AVIAN_ISSUER');
    expect(nearest('AVIAN_COLOUR', ['AVIAN_SECRET_KEYS'])).toBeUndefined();
    expect(nearest('anything', [])).toBeUndefined();
  });
});
