import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { createRoom, textOf } from '../bench.ts';
import { createArgon2Hasher, LOWEST_COST } from '../hasher.argon2.ts';
import { normalisePassword } from '../rules.js';

const hasher = createArgon2Hasher({ cost: LOWEST_COST, forTests: true });
afterAll(() => hasher[Symbol.asyncDispose]());

const text = textOf(['upper', 'lower', 'digit', 'symbol', 'neutral'], {
  minLength: 1,
  maxLength: 100,
}).filter((written) => normalisePassword(written) !== undefined);

/** What somebody may type in place of a password: the same, the same in another writing, or nearly the same. */
const written = fc.oneof(
  ...[
    (password: string) => password,
    (password: string) => password.normalize('NFD'),
    (password: string) => password.normalize('NFKD'),
    (password: string) => password.toUpperCase(),
    (password: string) => password.trim(),
    (password: string) => `${password}\0`,
    (password: string) => [...password].slice(0, -1).join(''),
    (password: string) => [...password].toReversed().join(''),
    (password: string) => `${password.slice(0, 72)}x`,
  ].map((change) => text.map((password) => [password, change(password)] as const)),
  fc.tuple(text, text),
);

property(2, 'Password Verification Correctness', () => {
  it('finds right what is the password after normalisation, and nothing else', async () => {
    const { passwords } = createRoom({ hasher });
    await fc.assert(
      fc.asyncProperty(written, async ([password, typed]) => {
        const hash = await passwords.rehash(password);
        const stored = { hash, imported: false, changedAt: new Date(0), expiresAt: null };
        const isSame = password.normalize('NFKC') === typed.normalize('NFKC');
        expect(await passwords.check(stored, typed)).toBe(isSame ? 'right' : 'wrong');
      }),
      { numRuns: 1000 },
    );
  });

  it('finds nothing right where there is no password', async () => {
    const { passwords } = createRoom({ hasher });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (typed) => {
        expect(await passwords.check(undefined, typed)).toBe('wrong');
      }),
      { numRuns: 200 },
    );
  });
});
