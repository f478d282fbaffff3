import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromText, toText } from './postgres-text.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\0', '\u0001', '0', '1', 'a') }),
);

it('brings every text back, and shows Postgres no NUL', () => {
  fc.assert(
    fc.property(text, (original) => {
      expect(fromText(toText(original))).toBe(original);
      expect(toText(original)).not.toContain('\0');
    }),
    { numRuns: 1000 },
  );
});

it('keeps two texts apart', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(toText(one) === toText(other)).toBe(one === other);
    }),
    { numRuns: 1000 },
  );
});

it('leaves what Postgres takes as it is, but for surrogates that stand alone', () => {
  expect(toText('{"a":"ö \u0001 \u{1f600}"}')).toBe('{"a":"ö \u0001 \u{1f600}"}');
  expect(toText('a\ud800b')).toBe('a\ufffdb');
});
