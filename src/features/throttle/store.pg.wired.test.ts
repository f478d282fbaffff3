import type { QueryResultRow } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Runner } from '#src/infra/ephemeral/postgres.ts';
import { aBench, type Bench, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { later } from '#src/kernel/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { aBucket } from './bench.ts';
import { createPostgresWindow } from './store.pg.ts';
import { windowContract } from './window.contract.ts';

const START = new Date('2020-01-01T00:00:00Z');
let database: TestDatabase;
let one: Bench;
let other: Bench;

beforeAll(async () => {
  database = await anOwnDatabase();
  one = await aBench({ url: database.url, poolSize: 5 });
  other = await aBench({ url: database.url, poolSize: 5 });
});

afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** As the product runs it: by the role that serves, each call committed by itself. */
const runOn = ({ units }: Bench): Runner => ({
  query: <Row extends object>(text: string, values: unknown[]) =>
    units.once(SYSTEM, (unit) => client(unit).query<Row & QueryResultRow>(text, values)),
});

windowContract('Postgres', () => ({
  window: createPostgresWindow({ run: runOn(one) }),
  second: createPostgresWindow({ run: runOn(other) }),
}));

const countOf = async () => {
  const { rows } = await runOn(one).query<{ n: number }>(
    'select count(*)::int as n from rate_windows where expires_at < $1',
    [later(START, 86_400_000)],
  );
  return rows[0]?.n;
};

it('sweeps what counts no longer, as much as it may, and nothing before', async () => {
  const window = createPostgresWindow({ run: runOn(one) });
  const closed = aBucket({ limit: 1, base: 1_800_000 });
  await window.take('g', [closed], START);
  await window.take('g', [closed], START); // closed for an hour, and held against whoever it is for a minute more
  for (let count = 0; count < 3; count += 1) await window.take('g', [aBucket()], START);

  await window.sweep(later(START, 60_000), 10);
  expect(await countOf()).toBe(4);
  await window.sweep(later(START, 180_000), 2);
  expect(await countOf()).toBe(2);
  await window.sweep(later(START, 3_660_000), 10);
  expect(await countOf()).toBe(1);
  await window.sweep(later(START, 3_780_000), 10);
  expect(await countOf()).toBe(0);
});
