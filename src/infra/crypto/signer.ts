import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { SigningAlgorithm, SigningKey } from './keys.ts';

/** A signing key at work. */
export interface Signer {
  readonly publicKey: KeyObject;
  /** The signature as JSON Web Signature has it (RFC 7518 §3.3, §3.4). */
  sign(data: Uint8Array): Promise<Buffer>;
}

/**
 * Signs with one key that is imported once.
 *
 * P-256 signs where it is asked: its 0.07 ms is less than the way to another thread and back costs.
 * RSA takes ten times as long, and would hold up everybody else: it goes there.
 */
export function createSigner(jwk: SigningKey): Signer {
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  return { publicKey: createPublicKey(key), sign: SIGN[jwk.alg](key) };
}

type Sign = (key: KeyObject) => Signer['sign'];

const elsewhere = promisify<string, Uint8Array, KeyObject, Buffer>(sign);

const SIGN: Record<SigningAlgorithm, Sign> = {
  RS256: (key) => (data) => elsewhere('sha256', data, key),
  ES256: (key) => async (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
};
