import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { createPool, type Pool } from '#src/infra/postgres/pool.ts';
import { createUnits } from '#src/infra/postgres/units.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { createWarnings } from './commands/terminal.ts';
import { openServerSecrets } from './server-secrets.ts';

const older = { id: 'k1', key: randomBytes(32) };
const newer = { id: 'k2', key: randomBytes(32) };

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await anOwnDatabase();
  pool = createPool({ url: database.url }, createWarnings().logger);
});

afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

function open(keys: readonly (typeof older)[]) {
  const ids = createIds(systemClock);
  return openServerSecrets({
    units: createUnits(pool),
    sealer: createSealer(keys),
    ids,
    clock: systemClock,
  });
}

describe('the server’s own secrets', () => {
  it('are made once, the same for all who open them at once, and sealed where they lie', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => open([older])));
    expect(others.every((other) => JSON.stringify(other) === JSON.stringify(first))).toBe(true);
    const values = Object.values(first ?? {}).map((value: Buffer) => value.toString('base64url'));
    expect(values.map((value) => value.length)).toEqual([43, 43, 43, 43, 43]);
    expect(new Set(values).size).toBe(5);

    const { rows } = await pool.query<{ sealed: string }>('select sealed from server_secrets');
    expect(rows).toHaveLength(5);
    for (const value of values) expect(JSON.stringify(rows)).not.toContain(value);
  });

  it('stay what they are when a new key is put in front', async () => {
    const before = await open([older]);
    expect(await open([newer, older])).toEqual(before);
  });

  it('are not made anew for whoever has another key: the setting is named', async () => {
    await open([older]);
    const stranger = { id: 'k1', key: randomBytes(32) };
    await expect(open([stranger])).rejects.toThrow('AVIAN_SECRET_KEYS');
    await expect(open([newer])).rejects.toThrow('AVIAN_SECRET_KEYS');
  });
});
