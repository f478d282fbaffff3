/**
 * What may be lost (people sign in again): sessions, interactions, codes, pushed requests, replay
 * records, sign-in state (D6). Two adapters keep the same promises, Redis and Postgres (D7); one
 * contract suite, `store.contract.ts`, runs on both.
 *
 * Keys and indexes are named by digests or short words, of 1 to 512 bytes; others are a RangeError.
 *
 * The Clock decides what has expired, never the store: an entry at or past its `expiresAt` is not
 * there, whoever asks; it is kept a minute longer, for callers whose clocks are behind. Time-outs are faults (`Unavailable`), never answers (D18).
 */
export interface EphemeralStore {
  /** The entry under `key`, unless it has expired, was never there, or is buried. */
  get(key: string): Promise<Entry | undefined>;

  /**
   * Writes an entry over whatever stood there. Keeps two things of the old one: that it was spent,
   * and every part this write does not name. `false`, and nothing written, when the key is buried.
   * An index holds the key before the entry exists, so that `members` never misses one.
   */
  put(key: string, draft: Draft): Promise<boolean>;

  /** Writes an entry only where none is (nor one buried); of simultaneous callers one is told `true`. */
  create(key: string, draft: Draft): Promise<boolean>;

  /** Puts `next` in place of a value that is still exactly `expected`; of simultaneous callers one is told `true`. */
  swap(key: string, expected: string, next: string, expiresAt: Date): Promise<boolean>;

  /** Marks an entry spent. Of any number of callers, ever, exactly one is told `true`. */
  spend(key: string): Promise<boolean>;

  /** Removes an entry; `true` for the one caller who removed it. */
  remove(key: string): Promise<boolean>;

  /**
   * Removes an entry and keeps its place closed until `until`: a late `put` or `create` by a request
   * that was under way writes nothing (F3). `true` when there was an entry.
   */
  bury(key: string, until: Date): Promise<boolean>;

  /**
   * The keys put under an index that may still hold an entry; expired ones are left out. An index knows
   * the latest expiry put under its name: one that `swap`, or a `put` without the name, moved later it
   * does not.
   */
  members(index: string): Promise<readonly string[]>;

  /** Removes what expired a minute ago, `limit` rows at most, and says how many. Redis does so by itself. */
  sweep(limit: number): Promise<number>;

  /** Answers in milliseconds how long the store took to say it is there; throws `Unavailable`. */
  ping(): Promise<number>;
}

export interface Draft {
  readonly value: string;
  readonly expiresAt: Date;
  /** Named fragments that are merged one by one, so that parallel writers lose none of each other's. `null` removes one. */
  readonly parts?: Readonly<Record<string, string | null>>;
  /** Indexes the key shall be found under. */
  readonly indexes?: readonly string[];
}

export interface Entry {
  readonly value: string;
  readonly expiresAt: Date;
  readonly parts: Readonly<Record<string, string>>;
  /** When it was spent, if it was. */
  readonly spentAt?: Date;
}
