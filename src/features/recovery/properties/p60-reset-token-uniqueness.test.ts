import fc from 'fast-check';
import { expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { createDoubles, tokenIn } from '../bench.ts';

/** The tokens of so many requests, and the digests they were kept as. */
async function tokensOf(requests: readonly string[]) {
  const { request, mails, kept } = createDoubles();
  for (const email of requests) await request({ email, origin: {} });
  return { tokens: mails.map(tokenIn), digests: kept.map(({ tokenDigest }) => tokenDigest) };
}

property(60, 'Reset Token Uniqueness', () => {
  it('makes no token twice, for one account or for many, at one instant', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ada@x.test', 'bob@x.test', 'eve@x.test'), {
          minLength: 2,
          maxLength: 200,
        }),
        async (requests) => {
          const { tokens, digests } = await tokensOf(requests);
          expect(new Set(tokens).size).toBe(requests.length);
          expect(new Set(digests).size).toBe(requests.length);
          expect(digests).not.toEqual(expect.arrayContaining(tokens));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('makes them of 256 bits, none of which stands still', async () => {
    const { tokens } = await tokensOf(Array.from({ length: 300 }, () => 'ada@x.test'));
    const bits = tokens.map((token) =>
      Buffer.from(token, 'base64url').reduce(
        (text, byte) => text + byte.toString(2).padStart(8, '0'),
        '',
      ),
    );
    for (const text of bits) expect(text).toHaveLength(256);
    for (let at = 0; at < 256; at += 1) {
      expect(new Set(bits.map((text) => text[at]))).toEqual(new Set(['0', '1']));
    }
  });
});
