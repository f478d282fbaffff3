import { expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { property } from '#src/testing/property.ts';

const MANY = 100_000;

/** Session ids and uids are `Ids.secret`: what it makes is what is judged here. */
function secrets(): string[] {
  const ids = createIds();
  return Array.from({ length: MANY }, () => ids.secret());
}

property(10, 'Session Token Uniqueness', () => {
  it('makes no id twice in a hundred thousand', () => {
    expect(new Set(secrets()).size).toBe(MANY);
  });

  it('makes none twice when a second server makes its own', () => {
    expect(new Set([...secrets(), ...secrets()]).size).toBe(2 * MANY);
  });

  it('carries at least 128 bits in each', () => {
    const lengths = secrets().map((secret) => Buffer.from(secret, 'base64url').length * 8);
    expect(Math.min(...lengths.slice(0, 1000))).toBeGreaterThanOrEqual(128);
    expect(new Set(lengths).size).toBe(1);
  });

  it('leaves no bit fixed or leaning', () => {
    const ones = bitCounts(secrets());
    // Eight standard deviations: chance alone fails this less than once in 10^12 runs.
    const most = 8 * Math.sqrt(MANY / 4);
    expect(ones.filter((count) => Math.abs(count - MANY / 2) > most)).toStrictEqual([]);
  });
});

/** How often each bit was set. */
function bitCounts(made: readonly string[]): number[] {
  const buffers = made.map((secret) => Buffer.from(secret, 'base64url'));
  const bits = (buffers[0]?.length ?? 0) * 8;
  return Array.from({ length: bits }, (_, bit) =>
    buffers.reduce((count, bytes) => count + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1), 0),
  );
}
