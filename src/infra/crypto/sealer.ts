import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { Sealer } from '#src/kernel/ports.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
const SEALED = /^v1\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

export interface SealingKey {
  /** Travels in the clear with every text the key sealed. */
  readonly id: string;
  readonly key: Uint8Array;
}

/**
 * Seals with the first key, opens with any: a key is rotated by putting a new one in front.
 *
 * `v1.<key id>.<nonce>.<ciphertext and tag>`, AES-256-GCM with a random 96-bit nonce. Version, key
 * id and context are associated data, so a text moved to another row or column does not open. Each
 * text has one spelling only. Refusals name no more than the id of an unknown key.
 */
export function createSealer(keys: readonly SealingKey[]): Sealer {
  const ring = keyring(keys);
  const [first] = ring;
  if (first === undefined) throw new RangeError('A sealer needs a key.');
  const [id, key] = first;

  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(associated(id, context));
      const sealed = [cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `v1.${id}.${nonce.toString('base64url')}.${Buffer.concat(sealed).toString('base64url')}`;
    },
    open(sealed, context) {
      const parts = taken(sealed);
      const wanted = ring.get(parts.keyId);
      if (wanted === undefined) {
        throw new Error(
          `A text was sealed with the key "${parts.keyId}", which is not configured.`,
        );
      }
      return opened(parts, wanted, context);
    },
  };
}

interface Parts {
  readonly keyId: string;
  readonly nonce: Buffer;
  readonly body: Buffer;
}

function keyring(keys: readonly SealingKey[]): Map<string, KeyObject> {
  const ring = new Map<string, KeyObject>();
  for (const { id, key } of keys) {
    if (!KEY_ID.test(id)) throw new RangeError('A sealing key needs an id of letters and digits.');
    if (ring.has(id)) throw new RangeError(`Two sealing keys are called "${id}".`);
    if (key.byteLength !== KEY_BYTES) throw new RangeError('A sealing key has 32 bytes.');
    ring.set(id, createSecretKey(key));
  }
  return ring;
}

function taken(sealed: string): Parts {
  const [, keyId, nonce, body] = SEALED.exec(sealed) ?? [];
  if (keyId === undefined || nonce === undefined || body === undefined) throw refusal();
  return { keyId, nonce: decoded(nonce), body: decoded(body) };
}

function opened({ keyId, nonce, body }: Parts, key: KeyObject, context: string): string {
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(keyId, context));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  const plain = decipher.update(body.subarray(0, -TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch {
    // OpenSSL says no more than that the tag is wrong.
    throw refusal();
  }
}

/** The last character of base64 can carry bits that decode to nothing: two spellings of one text. */
function decoded(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw refusal();
  return bytes;
}

function associated(keyId: string, context: string): Buffer {
  return Buffer.from(`v1\0${keyId}\0${context}`, 'utf8');
}

function refusal(): Error {
  return new Error('A sealed text does not open: altered, or sealed for another place.');
}
