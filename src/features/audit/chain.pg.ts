import type { ChainStore } from './chain.store.ts';
import { createHeadStore } from './heads.pg.ts';
import { createLinkingStore } from './linking.pg.ts';
import { createRetentionStore } from './retention.pg.ts';
import { createVerifyingStore } from './verify.pg.ts';

export function createChainStore(): ChainStore {
  return {
    ...{ ...createLinkingStore(), ...createHeadStore() },
    ...{ ...createVerifyingStore(), ...createRetentionStore() },
  };
}
