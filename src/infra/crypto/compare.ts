import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Whether two strings are equal, in a time that says nothing of where they differ: their digests
 * are compared, whose length and bytes an attacker cannot steer.
 */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
