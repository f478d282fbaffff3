import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { Client, DatabaseError } from 'pg';
import type { Logger } from '#src/kernel/ports.ts';
import { connectionOf, type Tls } from './connection.ts';
import { faultOf, isAway } from './errors.ts';

const FOLDER = fileURLToPath(new URL('../../../drizzle', import.meta.url));

export interface Migration {
  readonly url: string;
  readonly logger: Logger;
  readonly tls?: Tls;
}

/**
 * Brings the schema up to date and answers with the names of the migrations it applied.
 *
 * Forward only, in one transaction: all of them or none (R1.6). Safe from several nodes at once: an
 * advisory lock of that transaction lets one work, the others wait and then find nothing to do; being
 * the transaction's, it holds behind PgBouncer too. Runs as the login itself, which owns what it makes.
 * Keeps drizzle's own record, so its tools agree on what has been applied.
 */
export async function migrate({ url, logger, tls }: Migration): Promise<readonly string[]> {
  const client = new Client({ ...connectionOf(url, tls), connectionTimeoutMillis: 10_000 });
  // A broken connection also rejects the statement under way.
  client.on('error', () => undefined);
  client.on('notice', (notice) => {
    if (notice.severity === 'WARNING')
      logger.warn({ hint: notice.hint }, notice.message ?? 'Migration warning');
  });
  try {
    await client.connect();
    await client.query('begin; set local search_path = public');
    const applied = await applyMissing(client);
    await client.query('commit');
    logger.info({ applied }, applied.length === 0 ? 'The schema is up to date' : 'Migrated');
    return applied;
  } catch (error) {
    throw error instanceof Error && isAway(error) ? faultOf(error) : error;
  } finally {
    await client.end();
  }
}

/** By each one's own stamp, not by the newest: two branches may have been merged out of their order. */
async function applyMissing(client: Client): Promise<string[]> {
  await client.query("select pg_advisory_xact_lock(hashtextextended('avian.migrate', 0))");
  await client.query(RECORD);
  const { rows } = await client.query<{ created_at: number }>(
    'select created_at from drizzle.__drizzle_migrations',
  );
  const known = new Set(rows.map((row) => row.created_at));

  const applied: string[] = [];
  for (const migration of await readMigrations()) {
    if (known.has(migration.stamp)) continue;
    await apply(client, migration);
    applied.push(migration.name);
  }
  return applied;
}

async function apply(
  client: Client,
  { name, stamp, hash, statements }: MigrationFile,
): Promise<void> {
  try {
    for (const statement of statements) await client.query(statement);
  } catch (error) {
    if (!(error instanceof DatabaseError) || isAway(error)) throw error;
    const { message, hint } = error;
    const advice = hint === undefined ? '' : ` (${hint})`;
    throw new Error(`The migration ${name} failed: ${message}${advice}`, { cause: error });
  }
  await client.query(
    'insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)',
    [hash, stamp],
  );
}

const RECORD = `
  create schema if not exists drizzle;
  create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`;

interface MigrationFile {
  readonly name: string;
  /** When it was made: what drizzle tells migrations apart by. */
  readonly stamp: number;
  readonly hash: string;
  readonly statements: readonly string[];
}

async function readMigrations(): Promise<MigrationFile[]> {
  const journal: { entries: { tag: string; when: number }[] } = JSON.parse(
    await readFile(`${FOLDER}/meta/_journal.json`, 'utf8'),
  );
  const names = new Map(journal.entries.map((entry) => [entry.when, entry.tag]));
  return readMigrationFiles({ migrationsFolder: FOLDER }).map((file) => ({
    name: names.get(file.folderMillis) ?? String(file.folderMillis),
    stamp: file.folderMillis,
    hash: file.hash,
    statements: file.sql,
  }));
}
