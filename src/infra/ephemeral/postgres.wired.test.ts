import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Clock, later } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { fresh } from './bench.ts';
import { createPostgresStore } from './postgres.ts';
import { ephemeralContract } from './store.contract.ts';

let database: TestDatabase;
let one: pg.Pool;
let other: pg.Pool;

/** The role that serves: it owns nothing, and may do all of this. */
const pool = () =>
  new pg.Pool({ connectionString: database.url, options: '-c role=avian_app', max: 5 });

beforeAll(async () => {
  database = await anOwnDatabase();
  one = pool();
  other = pool();
});

afterAll(async () => {
  await Promise.all([one.end(), other.end()]);
  await database[Symbol.asyncDispose]();
});

const soon = (clock: Clock) => later(clock.now(), 1000);

it('sweeps what expired a minute ago, entries first, as many as it may', async () => {
  const clock = createTestClock(new Date('2020-01-01T00:00:00Z'));
  const store = createPostgresStore({ run: one, clock });
  const index = fresh();
  await store.put(fresh(), { value: 'v', expiresAt: soon(clock), indexes: [index] });
  await store.put(fresh(), { value: 'v', expiresAt: soon(clock), indexes: [index] });
  await store.bury(fresh(), soon(clock));
  const count = async () => {
    const tables = '(select 1 from ephemeral_entries union all select 1 from ephemeral_indexes)';
    const { rows } = await one.query(`select count(*)::int as rows from ${tables} as kept`);
    return Number(rows[0]?.rows);
  };
  const before = await count();

  clock.pass(60_999);
  expect(await store.sweep(10)).toBe(0);
  clock.pass(1);
  expect(await store.sweep(2)).toBe(2);
  expect(await store.sweep(2)).toBe(2);
  expect(await store.sweep(2)).toBe(1);
  expect(await store.sweep(2)).toBe(0);
  expect(await count()).toBe(before - 5);
});

it('sweeps beside writers, and waits for none of them', async () => {
  const clock = createTestClock(new Date('2019-01-01T00:00:00Z'));
  const store = createPostgresStore({ run: one, clock });
  const [held, free] = [fresh(), fresh()];
  await store.put(held, { value: 'v', expiresAt: soon(clock) });
  await store.put(free, { value: 'v', expiresAt: soon(clock) });
  clock.pass(120_000);
  const writer = await other.connect();
  try {
    await writer.query('begin');
    await writer.query('select 1 from ephemeral_entries where key = $1 for update', [held]);

    expect(await store.sweep(10)).toBe(1);
  } finally {
    await writer.query('rollback');
    writer.release();
  }
  expect(await store.sweep(10)).toBe(1);
});

it('is Unavailable when the database is away', async () => {
  const nowhere = new pg.Pool({ host: '127.0.0.1', port: 1 });
  const clock = createTestClock();
  const store = createPostgresStore({ run: nowhere, clock });

  await expect(store.get('key')).rejects.toThrow(Unavailable);
  await expect(store.create('key', { value: 'v', expiresAt: soon(clock) })).rejects.toThrow(
    Unavailable,
  );
  await expect(store.ping()).rejects.toThrow(Unavailable);
  await nowhere.end();
});

ephemeralContract('Postgres', async () => {
  const clock = createTestClock();
  return {
    store: createPostgresStore({ run: one, clock }),
    second: createPostgresStore({ run: other, clock }),
    clock,
  };
});
