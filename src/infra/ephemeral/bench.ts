import { createIds } from '#src/infra/crypto/ids.ts';
import type { TestClock } from '#src/testing/clock.ts';
import type { EphemeralStore } from './port.ts';

export interface Opened {
  readonly store: EphemeralStore;
  /** The same store seen through a connection of its own. */
  readonly second: EphemeralStore;
  readonly clock: TestClock;
}

export type Open = () => Promise<Opened>;

const ids = createIds();

/** A name that nothing else has: an entry's or an index's. */
export const fresh = () => ids.secret();
