import type { Unit } from '#src/kernel/unit.ts';
import type { Entry } from './entry.ts';

/** An entry that commits with the act because the two are one statement. */
export interface AuditClause {
  readonly value: string;
  insert(parameter: string, condition: string): string;
}

/** What storage owes the audit room. */
export interface AuditStore {
  /** Writes all of them, in one statement. */
  append(unit: Unit, entries: readonly Entry[]): Promise<void>;
  /**
   * The entry as a clause of another statement: an INSERT that writes it if `condition` holds, its value
   * bound to `parameter`, such as `$3`.
   */
  clause(entry: Entry): AuditClause;
  /** Makes the partitions that are missing from the month of `from` to `months` after it. */
  prepare(unit: Unit, from: Date, months: number): Promise<void>;
}
