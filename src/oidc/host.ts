import type { SigningKey } from '#src/infra/crypto/keys.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Engine } from './engine.ts';
import type { Keys } from './keys.ts';

/** The provider of this moment. Requests take it once and keep it, so a swap disturbs none of them (D10). */
export interface ProviderHost {
  readonly current: Engine;
  /** What it signs with and publishes. */
  readonly keys: readonly SigningKey[];
  /** Builds anew if the keys changed, here or on another node. */
  refresh(): Promise<void>;
}

export async function createProviderHost(
  known: Pick<Keys, 'current' | 'version'>,
  build: (keys: readonly SigningKey[]) => Engine,
  logger: Logger,
): Promise<ProviderHost> {
  let { version, keys } = await known.current();
  let current = build(keys);

  return {
    get current() {
      return current;
    },
    get keys() {
      return keys;
    },
    async refresh() {
      if ((await known.version()) === version) return;
      ({ version, keys } = await known.current());
      current = build(keys);
      logger.info({ keys: keys.length }, 'signing keys changed');
    },
  };
}
