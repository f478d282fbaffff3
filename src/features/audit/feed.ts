import { type Scope, tenantOf } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { SERVER_CHAIN } from './chain.ts';
import type { PlacedEntry } from './store.ts';

/** How far somebody has come along a chain. */
export interface FeedPlace {
  readonly chain: string;
  readonly position: number;
}

/**
 * The log as others follow it (R33): a chain's entries in its order, which never changes, to whoever
 * remembers how far they have come. What was retired is passed over.
 */
export interface EventFeed {
  /** Those after a position, in order. */
  after(
    unit: Unit,
    chain: string,
    position: number,
    limit: number,
  ): Promise<readonly PlacedEntry[]>;
  /** The position of the newest; 0 where there is none yet. */
  end(unit: Unit, chain: string): Promise<number>;
  /** The position before all that was written at an instant or later; none where nothing was. */
  before(unit: Unit, chain: string, instant: Date): Promise<number | undefined>;
  /** Of each place, whether anything comes after it: one question for all of them. */
  waiting(unit: Unit, places: readonly FeedPlace[]): Promise<readonly boolean[]>;
}

/** The chain that a scope reads: its tenant's, or the server's own. */
export function chainOf(scope: Scope): string {
  return tenantOf(scope) ?? SERVER_CHAIN;
}
