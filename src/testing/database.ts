import { createHash, randomBytes } from 'node:crypto';
import { expect, inject } from 'vitest';
import { databasesOf, inDatabase, maintain } from './maintenance.ts';

/** A database that is there while it is held. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/**
 * This test file's copy of the migrated template: made once, shared by the file's tests, dropped when the
 * worker makes the next file's. A test keeps apart from the others by its own tenant.
 */
export async function aDatabase(): Promise<string> {
  const template = inject('templateDatabase');
  const worker = `${template}_w${process.env['VITEST_POOL_ID'] ?? '0'}`;
  const name = `${worker}_${createHash('sha256').update(testFile()).digest('hex').slice(0, 12)}`;
  await maintain(inject('postgresUrl'), async (server) => {
    // Held until the connection ends: of simultaneous callers one makes it, and the others wait.
    await server.query('select pg_advisory_lock(hashtextextended($1, 0))', [worker]);
    const before = await databasesOf(server, worker);
    if (before.includes(name)) return;
    for (const other of before) await server.query(`drop database ${other} with (force)`);
    // Twice as quick as by way of the log, for a template that nobody writes to.
    await server.query(`create database ${name} template ${template} strategy file_copy`);
  });
  return inDatabase(inject('postgresUrl'), name);
}

function testFile(): string {
  const { testPath } = expect.getState();
  if (testPath === undefined) throw new Error('Only a test has a database.');
  return testPath;
}

/**
 * A database of the test's own, dropped when it is disposed of: for what concerns a whole server, such
 * as its keys, or an empty one to migrate.
 */
export async function anOwnDatabase(
  from: 'template' | 'empty' = 'template',
): Promise<TestDatabase> {
  const template = inject('templateDatabase');
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  const origin = from === 'empty' ? 'template0' : template;
  await maintain(inject('postgresUrl'), (server) =>
    server.query(`create database ${name} template ${origin} strategy file_copy`),
  );
  return {
    url: inDatabase(inject('postgresUrl'), name),
    [Symbol.asyncDispose]: () => drop(name),
  };
}

/** This worker's own Redis database, which no other worker's tests write to. */
export function aRedis(): string {
  const url = new URL(inject('redisUrl'));
  url.pathname = `/${Number(process.env['VITEST_POOL_ID'] ?? 0) % 16}`;
  return url.href;
}

/**
 * A connection still open to it is the test's mistake: the drop is refused, and the test fails. A pooler
 * keeps connections by trade, so there the drop ends them.
 */
async function drop(name: string): Promise<void> {
  const force = inject('bouncerDir') === undefined ? '' : ' with (force)';
  await maintain(inject('postgresUrl'), (server) => server.query(`drop database ${name}${force}`));
}
