import { type Clock, DAY, HOUR, later } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import type { ChainStore } from './chain.store.ts';
import { signTombstone } from './chain.ts';
import { SCOPE } from './scope.ts';
import type { AuditKeys } from './seal.ts';
import type { Audit } from './service.ts';

/** A month that went, or would go. */
export interface Retired {
  /** Its first day, `2026-11-01`. */
  readonly month: string;
  readonly entries: number;
}

/** Why nothing is touched: the clock runs ahead of the database's, or of the log itself. */
export type RetentionRefusal = 'clock-ahead-of-database' | 'clock-ahead-of-log';

export interface Retention {
  /** The months that are older than the policy, the oldest first. */
  due(): Promise<Outcome<readonly string[], RetentionRefusal>>;
  /**
   * Removes the oldest month that is due; nothing where none is, or where one went within the last day
   * (R9.7). So whoever runs it however often keeps up thirty times over, and a clock that is wrong costs
   * one month before somebody looks.
   */
  retire(): Promise<Outcome<Retired | undefined, RetentionRefusal>>;
}

export interface RetentionDeps {
  readonly units: Units;
  readonly store: ChainStore;
  readonly keys: AuditKeys;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  /** How long entries are kept; the database keeps them for 365 in any case. */
  readonly days: number;
}

/** How far the clock may be ahead of the database's. */
const AHEAD = HOUR;
/** How long there may have been no entry at all: a log that is silent for longer is not the one whose clock is right. */
const SILENCE = 31 * DAY;

/** Retention: whole months go, each with a signed tombstone in every chain it had links in (R9.7, P51). */
export function createRetention({
  units,
  store,
  keys,
  audit,
  clock,
  days,
}: RetentionDeps): Retention {
  async function dueIn(unit: Unit): Promise<Outcome<readonly string[], RetentionRefusal>> {
    const now = clock.now();
    const { database, newest } = await store.clocks(unit);
    if (now > later(database, AHEAD)) return refused('clock-ahead-of-database');
    if (newest && now > later(newest, SILENCE)) return refused('clock-ahead-of-log');
    return done(await store.monthsBefore(unit, later(now, -days * DAY)));
  }

  async function hadOneToday(unit: Unit): Promise<boolean> {
    const last = await store.lastRetired(unit);
    return last !== undefined && clock.now() < later(last, DAY);
  }

  async function remove(unit: Unit, month: string): Promise<Retired> {
    const runs = await store.runs(unit, month);
    const now = clock.now();
    await store.bury(
      unit,
      runs.map((run) => signTombstone(keys, run, now)),
    );
    const entries = await store.retire(unit, month);
    await audit.record(unit, {
      action: 'audit.retired',
      outcome: 'success',
      details: { month, entries, chains: new Set(runs.map(({ tenantId }) => tenantId)).size },
    });
    return { month, entries };
  }

  return {
    due: () => units.run(SCOPE, dueIn),
    retire: () =>
      units.run(SCOPE, async (unit) => {
        await store.lock(unit, 'retention');
        const due = await dueIn(unit);
        if (!due.ok) return due;
        const [oldest] = due.value;
        if (oldest === undefined || (await hadOneToday(unit))) return done(undefined);
        return done(await remove(unit, oldest));
      }),
  };
}
