import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
const SHORTEST = 24;
const LONGEST = 64;

/** A secret as Standard Webhooks write it, of so many random bytes in base64url. */
export function eventSecretOf(random: string): string {
  return `${PREFIX}${Buffer.from(random, 'base64url').toString('base64')}`;
}

/**
 * One signature of the specification's symmetric kind: `v1,` and HMAC-SHA-256 in base64, of what `content` says.
 * Throws for a secret that is none of its form: 24 to 64 bytes in base64, behind `whsec_`.
 */
export function signEvent(secret: string, content: string): string {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  const isWhole = key.toString('base64') === encoded;
  if (!isWhole || key.byteLength < SHORTEST || key.byteLength > LONGEST) {
    throw new RangeError('A secret of webhooks is whsec_ and 24 to 64 bytes in base64.');
  }
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}
