import { expect, it } from 'vitest';
import { jittered } from './random.ts';

it('stays within a fifth of the delay, and does not stand still', () => {
  const delays = Array.from({ length: 1000 }, () => jittered(1000));

  expect(delays.every((delay) => delay >= 800 && delay <= 1200)).toBe(true);
  expect(new Set(delays).size).toBeGreaterThan(100);
});
