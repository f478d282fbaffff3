import { createHeads, type Heads, type HeadsDeps } from './heads.ts';
import { createLinking, type Linking } from './linking.ts';
import { createRetention, type Retention, type RetentionDeps } from './retention.ts';
import { createVerifier, type Verifier } from './verify.ts';

/** What is done to the log as a whole: linked, signed, verified, retired (ADR 0048). */
export interface Chains extends Linking, Heads, Verifier, Retention {
  /** What its heads and tombstones are signed with, for others to check: the public half, in PEM. */
  readonly publicKey: string;
}

export type ChainsDeps = HeadsDeps & RetentionDeps;

export function createChains(deps: ChainsDeps): Chains {
  return {
    ...createLinking(deps),
    ...createHeads(deps),
    ...createVerifier(deps),
    ...createRetention(deps),
    publicKey: deps.keys.publicKey,
  };
}
