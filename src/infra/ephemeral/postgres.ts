import { faultOf } from '#src/infra/postgres/errors.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import { instantOf, LINGER, nameOf, partsOf } from './names.ts';
import type { Draft, Entry, EphemeralStore } from './port.ts';
import * as statements from './postgres-statements.ts';
import { fromText, toText } from './postgres-text.ts';

/** Runs one statement, committed when it resolves. Rows come as node-postgres reads them. */
export interface Runner {
  query<Row extends object>(text: string, values: unknown[]): Promise<Answer<Row>>;
}

export interface Answer<Row> {
  readonly rows: readonly Row[];
  readonly rowCount: number | null;
}

/**
 * The ephemeral store in Postgres, where no Redis is (D7). Each operation is one statement and one round
 * trip; what decides is the lock on the entry's row.
 */
export function createPostgresStore({ run, clock }: { run: Runner; clock: Clock }): EphemeralStore {
  async function ask<Row extends object>(text: string, ...values: unknown[]): Promise<Answer<Row>> {
    try {
      return await run.query<Row>(text, values);
    } catch (error) {
      throw faultOf(error);
    }
  }

  async function changed(text: string, ...values: unknown[]): Promise<boolean> {
    return (await ask(text, ...values)).rowCount === 1;
  }

  return {
    async get(key) {
      const { rows } = await ask<EntryRow>(statements.get, named(key), clock.now());
      return rows[0] && readEntry(rows[0]);
    },
    async put(key, draft) {
      const removed = partsOf(draft).removed.map(toText);
      return changed(statements.put, named(key), clock.now(), ...valuesOf(draft), removed);
    },
    async create(key, draft) {
      return changed(statements.create, named(key), clock.now(), ...valuesOf(draft));
    },
    async swap(key, expected, next, expiresAt) {
      const values = [toText(expected), toText(next), instantOf(expiresAt)];
      return changed(statements.swap, named(key), clock.now(), ...values);
    },
    spend: async (key) => changed(statements.spend, named(key), clock.now()),
    async remove(key) {
      const { rows } = await ask<Was>(statements.remove, named(key), clock.now());
      return rows[0]?.was === true;
    },
    async bury(key, until) {
      const { rows } = await ask<Was>(statements.bury, named(key), clock.now(), instantOf(until));
      return rows[0]?.was === true;
    },
    async members(index) {
      const { rows } = await ask<{ key: string }>(statements.members, named(index), clock.now());
      return rows.map(({ key }) => fromText(key));
    },
    async sweep(limit) {
      const due = later(clock.now(), -LINGER);
      const { rows } = await ask<{ swept: number }>(statements.sweep, due, limit);
      return rows[0]?.swept ?? 0;
    },
    async ping() {
      const start = performance.now();
      await ask('select 1');
      return performance.now() - start;
    },
  };
}

/** Whether there was an entry. */
interface Was {
  readonly was: boolean;
}

interface EntryRow {
  readonly value: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly expires_at: Date;
  readonly spent_at: Date | null;
}

function named(key: string): string {
  return toText(nameOf(key));
}

function valuesOf(draft: Draft): unknown[] {
  const parts = partsOf(draft).written.map(([name, text]) => [toText(name), toText(text)]);
  const indexes = (draft.indexes ?? []).map(named);
  const json = JSON.stringify(Object.fromEntries(parts));
  return [toText(draft.value), instantOf(draft.expiresAt), json, indexes];
}

function readEntry(row: EntryRow): Entry {
  const parts = Object.entries(row.parts).map(([name, text]) => [fromText(name), fromText(text)]);
  return {
    value: fromText(row.value),
    expiresAt: row.expires_at,
    parts: Object.fromEntries(parts),
    ...(row.spent_at && { spentAt: row.spent_at }),
  };
}
