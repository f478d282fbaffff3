import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { inDatabase, type Maintenance, maintain } from './maintenance.ts';

/** A database that is there while it is held. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/**
 * This worker's copy of the migrated template: made once, shared by all its tests, dropped at the end
 * of the run. A test keeps apart from the others by its own tenant.
 */
export async function aDatabase(): Promise<string> {
  const template = inject('templateDatabase');
  const name = `${template}_w${process.env['VITEST_POOL_ID'] ?? '0'}`;
  await maintain(inject('postgresUrl'), async (server) => {
    // Held until the connection ends: of simultaneous callers one makes it, and the others wait.
    await server.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    if (!(await exists(server, name)))
      await server.query(`create database ${name} template ${template}`);
  });
  return inDatabase(inject('postgresUrl'), name);
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
    server.query(`create database ${name} template ${origin}`),
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

async function exists(server: Maintenance, name: string): Promise<boolean> {
  const { rowCount } = await server.query('select 1 from pg_database where datname = $1', [name]);
  return rowCount === 1;
}

/**
 * A connection still open to it is the test's mistake: the drop is refused, and the test fails. A pooler
 * keeps connections by trade, so there the drop ends them.
 */
async function drop(name: string): Promise<void> {
  const force = inject('bouncerDir') === undefined ? '' : ' with (force)';
  await maintain(inject('postgresUrl'), (server) => server.query(`drop database ${name}${force}`));
}
