import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Entry } from './entry.ts';

/** An entry with its seal (ADR 0048), in hexadecimal. */
export type WrittenEntry = Entry & { readonly mac?: string };

/** An entry with its place in its tenant's chain: what grows, and never changes. */
export interface PlacedEntry {
  readonly position: number;
  readonly entry: Entry;
}

/** An entry that commits with the act because the two are one statement. */
export interface AuditClause {
  readonly value: string;
  /** The expression that writes it, for each row it is evaluated on; `parameter` is bound to `value`. */
  call(parameter: string): string;
}

/** What storage owes the audit room. */
export interface AuditStore {
  /** Writes all of them, in one statement. */
  append(unit: Unit, entries: readonly WrittenEntry[]): Promise<void>;
  /**
   * The entry as a part of another statement: an expression to select where the act was done, its value
   * bound to a parameter of that statement, such as `$3`.
   */
  clause(entry: WrittenEntry): AuditClause;
  /** Makes the partitions that are missing from the month of `from` to `months` after it. */
  prepare(unit: Unit, from: Date, months: number): Promise<void>;
  /**
   * Entries of a tenant's chain after a position, in its order: whoever remembers the last position they
   * had misses none and gets none twice. What was retired is passed over, so that there may be fewer than
   * `limit` where there are more; where there is none, that was the end.
   */
  after(
    unit: Unit,
    tenantId: TenantId,
    position: number,
    limit: number,
  ): Promise<readonly PlacedEntry[]>;
}
