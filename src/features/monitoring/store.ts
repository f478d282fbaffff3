import type { Unit } from '#src/kernel/unit.ts';

/** Whether units of work come through to the database. */
export interface Reachability {
  /** Resolves once the database has answered; throws where it doesn't. */
  ask(unit: Unit): Promise<void>;
}
