import type { RegisteredClient } from './client.ts';

/** Whether a digest is that of a secret still valid. Looks at each of them, and at each whole. */
export function holdsDigest(client: RegisteredClient, digest: string, now: Date): boolean {
  const matches = client.secretDigests.map(
    (secret) =>
      Number(isSame(secret.digest, digest)) &
      Number(secret.expiresAt === undefined || now < secret.expiresAt),
  );
  return matches.reduce((any, match) => any | match, 0) === 1;
}

/** Compares two texts in a time that depends on nothing but their length. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) {
    difference |= one.charCodeAt(at) ^ other.charCodeAt(at % Math.max(1, other.length));
  }
  return difference === 0;
}
