import { pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

/** What a password was salted with, and how long a key was made of it. */
export interface Derivation {
  readonly password: string;
  readonly salt: Uint8Array;
  readonly length: number;
}

/** PBKDF2 (RFC 8018 §5.2), off this thread. */
export function derivePbkdf2(
  { password, salt, length }: Derivation,
  { digest, iterations }: { readonly digest: string; readonly iterations: number },
): Promise<Buffer> {
  return promisify(pbkdf2)(password, salt, iterations, length, digest);
}

/** scrypt (RFC 7914), off this thread, in as much memory as its parameters take. */
export function deriveScrypt(
  { password, salt, length }: Derivation,
  { logN, r, p }: { readonly logN: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const N = 2 ** logN;
  const maxmem = 128 * (N + p + 2) * r;
  scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
}
