import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalisePassword } from './password.ts';

describe('normalisePassword', () => {
  it('makes composed and decomposed letters one password', () => {
    expect(normalisePassword('caf\u00e9')).toBe(normalisePassword('cafe\u0301'));
    expect(normalisePassword('ﬁ')).toBe('fi');
  });

  it('keeps case, spaces at both ends, emoji and controls', () => {
    expect(normalisePassword('  Aa 👩‍🚀\t ')).toBe('  Aa 👩‍🚀\t ');
  });

  it('counts characters after normalisation, and not code units', () => {
    expect(normalisePassword('😀'.repeat(128))).toBe('😀'.repeat(128));
    expect(normalisePassword('😀'.repeat(129))).toBeUndefined();
    expect(normalisePassword('e\u0301'.repeat(128))).toBe('é'.repeat(128));
    expect(normalisePassword('\ufdfa'.repeat(8))).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['a lone surrogate', 'correct horse \ud800'],
  ])('refuses %s', (_, written) => {
    expect(normalisePassword(written)).toBeUndefined();
  });

  it('is idempotent, and never empty or longer than 128 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (written) => {
        const normal = normalisePassword(written);
        if (normal === undefined) return;
        expect(normalisePassword(normal)).toBe(normal);
        expect([...normal].length).toBeGreaterThanOrEqual(1);
        expect([...normal].length).toBeLessThanOrEqual(128);
      }),
      { numRuns: 1000 },
    );
  });
});
