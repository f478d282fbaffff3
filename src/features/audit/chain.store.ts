import type { Unit } from '#src/kernel/unit.ts';
import type { Head, Link, Run, Tail, Tombstone } from './chain.ts';
import type { StoredEntry } from './seal.ts';

/** An entry with its seal, where it has one, and the transaction that wrote it. */
export interface SealedEntry extends StoredEntry {
  readonly mac: Buffer | null;
  readonly tx: number;
}

/** How far linking has come, and how far it may go. */
export interface Reach {
  /** Of the transactions before it, every entry is linked. */
  readonly from: number;
  /** The oldest transaction that is still running: of those before it, no entry can turn up any more. */
  readonly to: number;
  /** Nothing is known of what is linked: the log came here from another server. */
  readonly unsure: boolean;
}

/** A link, with its entry where that is still there. */
export interface LinkedEntry extends Link {
  readonly entry: SealedEntry | undefined;
}

/** Where the next page of entries begins. */
export interface Place {
  readonly at: string;
  readonly id: string;
}

/** What storage owes the chains. */
export interface ChainStore {
  /** Whether there is anything to link: asked first, so that an idle server writes nothing. */
  hasUnlinked(unit: Unit): Promise<boolean>;
  /** Takes linking on until the unit ends; nothing where somebody else has. */
  takeOn(unit: Unit): Promise<Reach | undefined>;
  /** What came since, by transaction and id: an order that never changes. */
  arrived(unit: Unit, reach: Reach, limit: number): Promise<readonly SealedEntry[]>;
  /** The same, found by looking through the whole log for what has no link. */
  leftOver(unit: Unit, reach: Reach, limit: number): Promise<readonly SealedEntry[]>;
  /** The ends of these chains, or of all; a chain that has not begun is left out. */
  tails(unit: Unit, tenantIds: readonly string[]): Promise<readonly Tail[]>;
  link(unit: Unit, links: readonly Link[]): Promise<void>;
  cameTo(unit: Unit, tx: number): Promise<void>;

  /** Waits until nobody else signs heads, or retires; until the unit ends. */
  lock(unit: Unit, what: 'heads' | 'retention'): Promise<void>;
  /** Ends that no head newer than `since` is of, and that have no head yet. */
  unsigned(unit: Unit, since: Date): Promise<readonly Tail[]>;
  addHeads(unit: Unit, heads: readonly Head[]): Promise<void>;
  /** The newest head of each chain that has one since then. */
  newestHeads(unit: Unit, since: Date): Promise<readonly Head[]>;

  chains(unit: Unit): Promise<readonly string[]>;
  /** Links of a chain after a position, in order: of so many positions at most, and none only where none is left. */
  links(
    unit: Unit,
    tenantId: string,
    page: { readonly after: number | undefined; readonly limit: number },
  ): Promise<readonly LinkedEntry[]>;
  /** Heads of a chain after one position, up to another where there is one. */
  heads(
    unit: Unit,
    tenantId: string,
    between: { readonly after: number | undefined; readonly to: number | undefined },
  ): Promise<readonly Head[]>;
  tombstones(unit: Unit, tenantId: string): Promise<readonly Tombstone[]>;
  /** Those without a link, among so many entries from a place on; and where the next begin. */
  loose(
    unit: Unit,
    page: { readonly after: Place | undefined; readonly limit: number },
  ): Promise<{ readonly entries: readonly SealedEntry[]; readonly next: Place | undefined }>;
  /** How far linking has come. */
  linkedUpTo(unit: Unit): Promise<number>;

  /** The months that have entries and ended before an instant, the oldest first. */
  monthsBefore(unit: Unit, instant: Date): Promise<readonly string[]>;
  /** The database's own clock, and the newest entry's instant. */
  clocks(unit: Unit): Promise<{ readonly database: Date; readonly newest: Date | undefined }>;
  lastRetired(unit: Unit): Promise<Date | undefined>;
  /** The runs of links that a month's entries have. */
  runs(unit: Unit, month: string): Promise<readonly Run[]>;
  bury(unit: Unit, tombstones: readonly Tombstone[]): Promise<void>;
  /** Removes a month for good, and says how many entries that were. The database refuses what it judges too young. */
  retire(unit: Unit, month: string): Promise<number>;
}
