import type { Unit } from '#src/kernel/unit.ts';
import type { Entry } from './entry.ts';

/** An entry that commits with the act because the two are one statement. */
export interface AuditClause {
  readonly value: string;
  /** The expression that writes it, for each row it is evaluated on; `parameter` is bound to `value`. */
  call(parameter: string): string;
}

/** What storage owes the audit room. */
export interface AuditStore {
  /** Writes all of them, in one statement. */
  append(unit: Unit, entries: readonly Entry[]): Promise<void>;
  /**
   * The entry as a part of another statement: an expression to select where the act was done, its value
   * bound to a parameter of that statement, such as `$3`.
   */
  clause(entry: Entry): AuditClause;
  /** Makes the partitions that are missing from the month of `from` to `months` after it. */
  prepare(unit: Unit, from: Date, months: number): Promise<void>;
}
