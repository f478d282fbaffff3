import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { drawCode, readCode, sayCode } from './code.ts';

/** Ids whose secrets are these numbers, one after another. */
function drawing(...numbers: readonly number[]) {
  const left = [...numbers];
  return {
    secret(bytes = 32) {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUInt32BE(left.shift() ?? 0, bytes - 4);
      return buffer.toString('base64url');
    },
  };
}

describe('a code', () => {
  it('is six digits, the leading ones too', () => {
    expect(drawCode(drawing(42))).toBe('000042');
    expect(drawCode(drawing(1_000_007))).toBe('000007');
  });

  it('is drawn again where its number would make some codes likelier than others', () => {
    const fair = 4_294_000_000;
    expect(drawCode(drawing(fair - 1))).toBe('999999');
    expect(drawCode(drawing(fair, 2 ** 32 - 1, 7))).toBe('000007');
  });

  it('has each digit at each place about as often', () => {
    const draws = 6000;
    const ids = createIds();
    const counts = new Map<string, number>();
    for (let draw = 0; draw < draws; draw += 1) {
      [...drawCode(ids)].forEach((digit, place) => {
        const key = `${place}${digit}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      });
    }
    expect(counts.size).toBe(60);
    // Eight standard deviations: a fair draw leaves it once in a quadrillion runs.
    const [mean, room] = [draws / 10, 8 * Math.sqrt(draws * 0.09)];
    for (const count of counts.values()) expect(Math.abs(count - mean)).toBeLessThan(room);
  });

  it('is read as it was meant, however it is grouped or written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999 }),
        fc.constantFrom(' ', '-', '\u00a0', ''),
        (number, gap) => {
          const code = `${number}`.padStart(6, '0');
          expect(readCode(sayCode(code))).toBe(code);
          expect(readCode(` ${[...code].join(gap)} `)).toBe(code);
        },
      ),
    );
    expect(readCode('１２３ ４５６')).toBe('123456');
  });
});
