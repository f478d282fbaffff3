import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDigest } from './digest.ts';

const digest = createDigest(Buffer.alloc(32, 1));

describe('digests', () => {
  it('are HMAC-SHA-256 of purpose, NUL and value', () => {
    // printf 'session\0value' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…
    expect(Buffer.from(digest.of('session', 'value'), 'base64url').toString('hex')).toBe(
      'bb0f8ce2a4788719b91058d1a3e8ed5cd0e79c5c6bcdc54eb85db6eda06912f8',
    );
  });

  it('are the same each time, and 43 characters that any store takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(digest.of('a', value)).toBe(digest.of('a', value));
        expect(digest.of('a', value)).toMatch(/^[A-Za-z0-9_-]{43}$/);
      }),
    );
  });

  it('differ by purpose, however the boundary is moved', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string({ minLength: 1 }),
        (purpose, value, moved) => {
          const [a, b] = [purpose, purpose + moved].map((text) => text.replaceAll('\0', ''));
          fc.pre(a !== b && a !== undefined && b !== undefined);
          expect(digest.of(a, moved + value)).not.toBe(digest.of(b, value));
        },
      ),
    );
  });

  it('differ by key', () => {
    expect(createDigest(Buffer.alloc(32, 2)).of('a', 'b')).not.toBe(digest.of('a', 'b'));
  });

  it('refuse a purpose that could forge the frame, and a key that could be guessed', () => {
    expect(() => digest.of('a\0b', 'c')).toThrow(RangeError);
    expect(() => createDigest(Buffer.alloc(31))).toThrow(RangeError);
  });
});
