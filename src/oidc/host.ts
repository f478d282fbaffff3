import type { Logger } from '#src/kernel/ports.ts';
import type { Engine } from './engine.ts';
import type { Keys, PrivateJwk } from './keys.ts';

/** The provider of this moment. Requests take it once and keep it, so a swap disturbs none of them (D10). */
export interface ProviderHost {
  readonly current: Engine;
  /** Builds anew if the keys changed, here or on another node. */
  refresh(): Promise<void>;
}

export async function createProviderHost(
  keys: Pick<Keys, 'current' | 'version'>,
  build: (jwks: readonly PrivateJwk[]) => Engine,
  logger: Logger,
): Promise<ProviderHost> {
  let { version, jwks } = await keys.current();
  let current = build(jwks);

  return {
    get current() {
      return current;
    },
    async refresh() {
      if ((await keys.version()) === version) return;
      ({ version, jwks } = await keys.current());
      current = build(jwks);
      logger.info({ keys: jwks.length }, 'signing keys changed');
    },
  };
}
