import type { Parts } from './open.ts';

interface Key {
  readonly public_key: string;
}

/** What the audit log's heads are signed with, for others to check. */
export function run({ chains }: { readonly chains: Pick<Parts['chains'], 'publicKey'> }): Key {
  return { public_key: chains.publicKey };
}

export function say({ public_key }: Key): string {
  return public_key.trimEnd();
}
