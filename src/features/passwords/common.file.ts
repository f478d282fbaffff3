import { readFileSync } from 'node:fs';
import { sha256 } from '#src/infra/crypto/digest.ts';
import type { CommonPasswords } from './common.ts';

/** Made by src/testing/common-passwords.ts. */
export const COMMON_PASSWORDS_FILE = new URL('./common-passwords.bin', import.meta.url);

const ENTRY_BYTES = 5;

/** What stands in the file for a password. */
export function entryOf(password: string): number {
  return sha256(password).readUIntBE(0, ENTRY_BYTES);
}

/**
 * The common passwords shipped with the product: 49,233, as the first five bytes of their SHA-256 in ascending
 * order. So they take 246 kB, where the strings in a Set take 2.5 MB; of other passwords, one in 22 million is
 * taken for one of them.
 */
export function readCommonPasswords(): CommonPasswords {
  const entries = readFileSync(COMMON_PASSWORDS_FILE);
  const entryAt = (at: number) => entries.readUIntBE(at * ENTRY_BYTES, ENTRY_BYTES);

  return {
    has(password) {
      const wanted = entryOf(password);
      let [from, to] = [0, entries.length / ENTRY_BYTES];
      while (from < to) {
        const middle = (from + to) >>> 1;
        if (entryAt(middle) < wanted) from = middle + 1;
        else to = middle;
      }
      return from < entries.length / ENTRY_BYTES && entryAt(from) === wanted;
    },
  };
}
