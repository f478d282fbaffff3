import type { Scope } from './scope.ts';

declare const open: unique symbol;

/**
 * One transaction, already confined to its scope by row-level security. Stores ask for it first,
 * so a query that forgot its tenant does not compile.
 */
export interface Unit {
  readonly scope: Scope;
  readonly [open]: true;
}

export interface Units {
  /** Runs `work` in one transaction: commits when it returns (a refusal included), rolls back when it throws. */
  run<T>(scope: Scope, work: (unit: Unit) => Promise<T>): Promise<T>;
  /**
   * As `run`, for work of a single statement: opening, statement and commit are one round trip, and it
   * is committed before `work` goes on. A second statement is refused.
   */
  once<T>(scope: Scope, work: (unit: Unit) => Promise<T>): Promise<T>;
}
