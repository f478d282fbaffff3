import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** The audit log's keys at work. */
export interface AuditKeys {
  /** HMAC-SHA-256 of `text`, framed by `purpose`. */
  mac(purpose: string, text: string): Buffer;
  /** Ed25519 (RFC 8032), which anybody with the public key can check. */
  sign(text: string): Buffer;
  verify(text: string, signature: Uint8Array): boolean;
  /** SubjectPublicKeyInfo, in PEM. */
  readonly publicKey: string;
}

/** A private key's DER, up to the 32 bytes that it is made of (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Of two secrets of 32 bytes: one seals, one signs. */
export function createAuditKeys(secrets: {
  readonly seal: Uint8Array;
  readonly sign: Uint8Array;
}): AuditKeys {
  const sealing = createSecretKey(secrets.seal);
  const der = Buffer.concat([PKCS8, secrets.sign]);
  const signing = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const known: KeyObject = createPublicKey(signing);
  return {
    mac: (purpose, text) => createHmac('sha256', sealing).update(`${purpose}\0${text}`).digest(),
    sign: (text) => sign(null, Buffer.from(text), signing),
    verify: (text, signature) => verify(null, Buffer.from(text), known, signature),
    publicKey: known.export({ format: 'pem', type: 'spki' }).toString(),
  };
}
