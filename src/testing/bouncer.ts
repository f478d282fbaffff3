import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

const PORT = 6432;

/** A database's address through the pooler whose socket is in `dir`. */
export function inFrontOf(dir: string, url: string): string {
  const { user, database } = new Client({ connectionString: url });
  return `postgres://${user}@/${database}?host=${encodeURIComponent(dir)}&port=${PORT}`;
}

/** A pooler in transaction mode. */
export interface Bouncer extends AsyncDisposable {
  /** The socket's directory. */
  readonly dir: string;
  /** The same database, through it. */
  inFrontOf(url: string): string;
}

/** PgBouncer on a socket of its own, before a server. Throws where it is not installed. */
export async function startBouncer(postgresUrl: string, connections: number): Promise<Bouncer> {
  const dir = await mkdtemp(join(tmpdir(), 'avian-bouncer-'));
  const server = new Client({ connectionString: postgresUrl });
  const password = server.password ? ` password='${server.password}'` : '';
  const settings = [
    '[databases]',
    `* = host='${server.host}' port=${server.port} user='${server.user}'${password}`,
    '[pgbouncer]',
    'listen_addr =',
    `listen_port = ${PORT}`,
    `unix_socket_dir = ${dir}`,
    'auth_type = any',
    'pool_mode = transaction',
    `default_pool_size = ${connections}`,
  ];
  await writeFile(join(dir, 'pgbouncer.ini'), settings.join('\n'));
  // It refuses to run as root, like the server.
  const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (account.uid) await chown(dir, account.uid, account.gid);

  const child = spawn('pgbouncer', ['pgbouncer.ini'], {
    ...account,
    cwd: dir,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await isUp(child);
  return {
    dir,
    inFrontOf: (url) => inFrontOf(dir, url),
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      await rm(dir, { recursive: true });
    },
  };
}

function isUp(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('process up')) resolve();
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`PgBouncer did not start:\n${log}`)));
  });
}
