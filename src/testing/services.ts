import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { launch } from '#src/infra/postgres/embedded.ts';
import { migrate } from '#src/infra/postgres/migrate.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { startBouncer } from './bouncer.ts';
import { databasesOf, inDatabase, type Maintenance, maintain } from './maintenance.ts';
import { startRedis } from './redis-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which a test may make databases and roles; names one that it never drops. */
    postgresUrl: string;
    /** The migrated database that each test file's is a copy of. */
    templateDatabase: string;
    redisUrl: string;
    /** Where the pooler's socket is, when instances are to reach Postgres through one. */
    bouncerDir: string | undefined;
  }
}

/** A test's database need not survive a crash, and serves many instances at once. */
const HURRY = {
  autovacuum: 'off',
  fsync: 'off',
  full_page_writes: 'off',
  io_method: 'sync',
  max_connections: '200',
  max_wal_senders: '0',
  synchronous_commit: 'off',
  wal_level: 'minimal',
};

/**
 * vitest's globalSetup: Postgres and Redis, started once for all the projects of a run.
 *
 * TEST_DATABASE_URL and TEST_REDIS_URL name servers to use; without them private ones are started and
 * stopped. With TEST_PGBOUNCER every instance reaches Postgres through PgBouncer in transaction mode. A process that a test left behind fails the run.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const run = project.vitest.getRootProject();
  if (run.getProvidedContext().postgresUrl !== undefined) return undefined;
  await using starting = new AsyncDisposableStack();

  const redisUrl = process.env['TEST_REDIS_URL'] ?? starting.use(await startRedis()).url;
  const template = `avian_test_${process.pid}`;
  const postgresUrl = await postgres(starting, template);
  await maintain(postgresUrl, (server) => server.query(`create database ${template}`));
  await migrate({ url: inDatabase(postgresUrl, template), logger: quiet });
  run.provide('redisUrl', redisUrl);
  run.provide('postgresUrl', postgresUrl);
  run.provide('bouncerDir', await pooler(starting, postgresUrl));
  run.provide('templateDatabase', template);

  const started = starting.move();
  return async () => {
    await started.disposeAsync();
    assertNoChildren();
  };
}

/** The server that was given, which gets its databases cleared away, or one of our own. */
async function postgres(stack: AsyncDisposableStack, template: string): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given === undefined) return ownPostgres(stack);
  stack.defer(() => maintain(given, (server) => dropAll(server, template)));
  return given;
}

const SERVER_CONNECTIONS = 8;

async function pooler(stack: AsyncDisposableStack, url: string): Promise<string | undefined> {
  if (process.env['TEST_PGBOUNCER'] === undefined) return undefined;
  return stack.use(await startBouncer(url, SERVER_CONNECTIONS)).dir;
}

async function ownPostgres(stack: AsyncDisposableStack): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'avian-test-pg-'));
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const server = await launch({ dir, logger: quiet, settings: HURRY });
  stack.defer(() => server.stop());
  return server.url;
}

async function dropAll(server: Maintenance, template: string): Promise<void> {
  for (const name of await databasesOf(server, template)) {
    await server.query(`drop database ${name} with (force)`);
  }
}

/** Fails when a process that a test started has outlived the run. */
function assertNoChildren(): void {
  const children = childrenOf(process.pid).map((pid) => `${pid} ${commandOf(pid)}`);
  if (children.length > 0) throw new Error(`Tests left processes running:\n${children.join('\n')}`);
}

/** Linux tells; elsewhere nothing is known, and nothing is claimed. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    // No such file on this system.
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // It ended in the meantime.
    return '';
  }
}

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};
