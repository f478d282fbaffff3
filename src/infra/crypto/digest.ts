import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { Digest } from '#src/kernel/ports.ts';

const SHORTEST_KEY = 32;

/**
 * Digests under one key: without it, neither a guess nor a stolen table says which secret a digest
 * belongs to (R7.6).
 *
 * The purpose is framed by a NUL, which no purpose may hold, so that digests of two purposes never
 * meet. The key becomes a KeyObject once: given as bytes, every call would import it anew.
 */
export function createDigest(key: Uint8Array): Digest {
  if (key.byteLength < SHORTEST_KEY) throw new RangeError('A digest key has 32 bytes or more.');
  const secret = createSecretKey(key);

  return {
    of(purpose, value) {
      if (purpose.includes('\0')) throw new RangeError('A purpose holds no NUL.');
      return createHmac('sha256', secret).update(`${purpose}\0${value}`).digest('base64url');
    },
  };
}

/** The name Redis knows a script by. No secret rests on it. */
export function sha1(text: string): string {
  return hash('sha1', text, 'hex');
}

/** What stands for a text in a list that holds no secret. */
export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
