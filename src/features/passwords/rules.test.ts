import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typed } from './bench.ts';
import { faultsOf, normalisePassword, strengthOf } from './rules.js';

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

describe('strengthOf', () => {
  it.each([
    ['Weak', 'Password123!'],
    ['Weak', 'aaaaaaaaaaaaaaaaaaaaaaaa'],
    ['Weak', 'abcdefghijklmnopqrstuvwxyz'],
    ['Weak', '1234567890123456'],
    ['Weak', 'Abc1!Abc1!Abc1!'],
    ['Fair', 'blue7giraffe!'],
    ['Good', 'xK9#mQ2$vL7!'],
    ['Strong', 'correct horse battery staple'],
    ['Strong', 'xK9#mQ2$vL7!bN4&'],
  ])('finds %s: %s', (word, password) => {
    expect(strengthOf(password).word).toBe(word);
  });

  it('has a level and a word for whatever is typed, the least for what cannot be a password', () => {
    fc.assert(
      fc.property(typed, (password) => {
        const { level, word } = strengthOf(password);
        expect(['Weak', 'Fair', 'Good', 'Strong'][level - 1]).toBe(word);
      }),
      { numRuns: 500 },
    );
    for (const none of ['', '\ud800', 'xK9#mQ2$'.repeat(1000)]) {
      expect(strengthOf(none).level).toBe(1);
    }
  });

  it('takes no more for the worse that another character follows', () => {
    fc.assert(
      fc.property(typed, fc.constantFrom('a', 'Z', '7', '!'), (password, more) => {
        fc.pre(normalisePassword(password + more) !== undefined);
        expect(strengthOf(password + more).level).toBeGreaterThanOrEqual(
          strengthOf(password).level,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('faultsOf', () => {
  const ada = { email: 'Ada.L@Example.com', name: 'Ada King-Lovelace' };
  const beside = (part: string) => faultsOf(`Xy7!-${part}-Xy7!`, 'composition', ada);

  it.each(['ada.l@example.com', 'ADA.L', 'lovelace', 'ＬＯＶＥＬＡＣＥ', 'King'])(
    'finds the owner in %s',
    (part) => {
      expect(beside(part)).toStrictEqual(['personal']);
    },
  );

  it.each(['ada', 'example.com', 'love lace', 'ada-l'])('finds nobody in %s', (part) => {
    expect(beside(part)).toStrictEqual([]);
  });

  it('answers a megabyte, and every other attack on a pattern, at once', () => {
    const attacks = ['a'.repeat(1_000_000), '!'.repeat(1024), '\u0301'.repeat(1024)];
    for (const attack of attacks) {
      expect(faultsOf(attack, 'composition', ada)).toStrictEqual(['too-long']);
    }
  });
});
