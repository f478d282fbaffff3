import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sameSecret } from './compare.ts';

it('finds a string equal to itself and to no other, of whatever lengths', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      expect(sameSecret(one, one)).toBe(true);
      expect(sameSecret(one, other)).toBe(one === other);
      expect(sameSecret(one, `${one}\0`)).toBe(false);
    }),
  );
});
