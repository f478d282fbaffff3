import { type Clock, later } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest, Sealer } from '#src/kernel/ports.ts';
import { LIFETIME } from './policy.ts';
import type { Wait } from './verification.ts';

/** Of the ephemeral store, what waits need. */
export interface WaitStore {
  get(key: string): Promise<{ readonly value: string } | undefined>;
  create(
    key: string,
    draft: { readonly value: string; readonly expiresAt: Date },
  ): Promise<boolean>;
}

/** What each waiting browser waits for, kept on the server under a handle that only its cookie names. */
export interface Waits {
  /** Answers with the handle. */
  begin(wait: Wait): Promise<string>;
  find(handle: string): Promise<Wait | undefined>;
}

export interface WaitsDeps {
  readonly store: WaitStore;
  readonly digest: Digest;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'secret'>;
}

export function createWaits({ store, digest, sealer, clock, ids }: WaitsDeps): Waits {
  const keyOf = (handle: string) => `verification:wait:${digest.of('verification-wait', handle)}`;

  return {
    async begin(wait) {
      const handle = ids.secret();
      const key = keyOf(handle);
      // Sealed: it names a sign-in under way, which is otherwise kept as a digest only.
      const value = sealer.seal(JSON.stringify(wait), key);
      await store.create(key, { value, expiresAt: later(clock.now(), LIFETIME) });
      return handle;
    },

    async find(handle) {
      const key = keyOf(handle);
      const entry = await store.get(key);
      return entry && waitOf(sealer.open(entry.value, key));
    },
  };
}

/** Written by `begin` alone, so its shape is known. */
function waitOf(text: string): Wait {
  return JSON.parse(text) as Wait;
}
