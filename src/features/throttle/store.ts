import { HOUR } from '#src/kernel/clock.ts';

/** However many violations in a row there were, nobody is kept out for longer by one of them (R8.6). */
export const LONGEST_WAIT = HOUR;

/** One window of one key, and what is allowed in it. Times are in milliseconds. */
export interface Bucket {
  /** A digest: nothing of whoever asks is stored. */
  readonly key: string;
  readonly window: number;
  /** How many may pass in any stretch of time as long as the window; as many are kept, and no more. */
  readonly limit: number;
  /** The k-th violation in a row closes the bucket for min(2^k × base, LONGEST_WAIT) (P44). */
  readonly base: number;
}

/** How a bucket stands after a request was judged. */
export interface Fill {
  /** Requests in the window that have passed, this one included where it did. */
  readonly passed: number;
  /** When the oldest of those passed. */
  readonly oldest?: Date;
  /** Until when it is closed, where it is. */
  readonly closedUntil?: Date;
  /** Where this request was a violation of this bucket, how many in a row there were now; else 0. */
  readonly violation: number;
}

/**
 * Sliding windows, exact under concurrency: of any number of requests at once, on any number of nodes, no more
 * pass than there is room for (R8.7). Two adapters, Redis and Postgres (D7); one contract, `window.contract.ts`.
 *
 * The Clock decides, never the store, which only tidies. Time-outs are faults (`Unavailable`), never answers (D18).
 */
export interface RateWindow {
  /**
   * Judges one request by all its buckets at once; it passes where none is closed afterwards. One that is refused
   * is noted in none: whoever is over one limit uses up no other, so nobody can spend an account's share with
   * requests that are refused anyway. It is a violation of those buckets that were open and had no room; what comes
   * to a closed one is none. A window without a violation, once a bucket is open again, begins the count anew.
   *
   * On a cluster, buckets that are judged together lie in one slot; a bucket is always asked for by the same.
   */
  take(slot: string, buckets: readonly Bucket[], now: Date): Promise<readonly Fill[]>;
  /** Removes what counts no longer, `limit` buckets at most. Redis does so by itself. */
  sweep(now: Date, limit: number): Promise<void>;
}
