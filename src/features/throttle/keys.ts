import type { Digest } from '#src/kernel/ports.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import { addressKey } from './address.ts';
import type { KeyPart, Policy } from './policies.ts';

/** What a request is told apart by, as it came; what it does not say is the same for all who don't. */
export type Parts = Readonly<Partial<Record<KeyPart, string>>>;

const CANONICAL: Readonly<Record<KeyPart, (text: string) => string>> = {
  // No spelling of an account has a share of its own, and what is no e-mail address is counted as typed.
  account: (text) => normaliseEmail(text) ?? text.trim(),
  address: addressKey,
  client: (text) => text,
  caller: (text) => text,
};

/** The key of a policy's bucket: a digest, of the same length whatever was sent, that nobody reads back. */
export function keyOf(digest: Digest, { name, key }: Pick<Policy, 'name' | 'key'>, parts: Parts) {
  const told = key.map((part) => CANONICAL[part](parts[part] ?? ''));
  return digest.of('throttle', JSON.stringify([name, ...told]));
}
