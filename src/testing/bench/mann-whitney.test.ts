import { describe, expect, it } from 'vitest';
import { mannWhitney } from './mann-whitney.ts';

describe('the test of Mann and Whitney', () => {
  it('gives the p of a worked example', () => {
    // Ranks 1, 2, 3, 4, 5, 7, 12, 13 make 47: U = 11 of 64, z = (32 - 11 - 0.5) / 9.522 = 2.153
    const one = [1, 2, 3, 4, 5, 7, 12, 13];
    const other = [6, 8, 9, 10, 11, 14, 15, 16];
    expect(mannWhitney(one, other)).toBeCloseTo(0.0313, 3);
  });

  it('finds nothing between a sample and itself, and nothing where all are equal', () => {
    const sample = [3, 1, 4, 1, 5, 9, 2, 6];
    expect(mannWhitney(sample, sample)).toBeCloseTo(1, 5);
    expect(mannWhitney([7, 7, 7], [7, 7])).toBe(1);
  });

  it('finds a shift that is small beside the spread, in 200 samples', () => {
    const spread = Array.from({ length: 200 }, (_, at) => 30 + 10 * Math.sin(at * at));
    expect(
      mannWhitney(
        spread,
        spread.map((value) => value + 4),
      ),
    ).toBeLessThan(0.001);
  });
});
