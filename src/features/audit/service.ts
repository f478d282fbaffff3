import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { entryOf } from './entry.ts';
import type { AuditEvent } from './event.ts';
import { createGroup } from './group.ts';
import { SCOPE } from './scope.ts';
import { type AuditKeys, sealOf } from './seal.ts';
import type { AuditClause, AuditStore, WrittenEntry } from './store.ts';

export interface Audit {
  /** Writes the entry in the unit of the act: they commit together or not at all (R9.6). */
  record(unit: Unit, event: AuditEvent): Promise<void>;
  /**
   * The entry as a clause of the act's own statement, for an act that is one statement: they commit
   * together because they are one, and one round trip.
   */
  clause(event: AuditEvent, scope: Scope): AuditClause;
  /**
   * Writes the entry of an act that has no row of its own, and resolves once it is committed; rejects
   * when it could not be. Entries that arrive while a commit is under way share the next.
   */
  recordAlone(event: AuditEvent): Promise<void>;
  /** Makes the monthly partitions from this month to `months` ahead, where they are missing. */
  prepare(months: number): Promise<void>;
}

export interface AuditDeps {
  readonly units: Units;
  readonly store: AuditStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Without them entries bear no seal, and verifying says so: for what only needs a log to write to. */
  readonly keys?: Pick<AuditKeys, 'mac'>;
}

const LIMITS = { together: 200, waiting: 5000 };

export function createAudit({ units, store, clock, ids, keys }: AuditDeps): Audit {
  function entry(event: AuditEvent, scope: Scope): WrittenEntry {
    const written = entryOf(event, { id: ids.uuid(), at: clock.now(), scope });
    return keys ? { ...written, mac: sealOf(keys, written).toString('hex') } : written;
  }

  const append = createGroup<WrittenEntry>(
    (entries) => units.once(SCOPE, (unit) => store.append(unit, entries)),
    LIMITS,
  );

  return {
    record: (unit, event) => store.append(unit, [entry(event, unit.scope)]),
    clause: (event, scope) => store.clause(entry(event, scope)),
    recordAlone: (event) => append(entry(event, SCOPE)),
    prepare: (months) => units.once(SCOPE, (unit) => store.prepare(unit, clock.now(), months)),
  };
}
