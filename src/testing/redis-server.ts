import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';

/** A Redis of one's own, on loopback, without persistence; gone when disposed of. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Stops it where it stands: connections are taken, nothing is answered (SIGSTOP). */
  freeze(): void;
  thaw(): void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

export interface RedisCluster extends AsyncDisposable {
  readonly url: string;
  readonly servers: readonly RedisServer[];
}

/** One master, one replica, and one sentinel whose word is enough. */
export interface RedisSentinel extends AsyncDisposable {
  readonly url: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisServer;
}

/** Starts a server; on `port`, where one is to come back to its place. */
export async function startRedis(
  args: readonly string[] = [],
  port?: number,
): Promise<RedisServer> {
  const place = port ?? (await freePort());
  const directory = await mkdtemp(join(tmpdir(), 'avian-redis-'));
  const options = [
    '--port',
    String(place),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
  ];
  return launch([...options, ...args], place, directory);
}

/** Starts a server that speaks TLS only, with a certificate that is good for two days and signed by itself. */
export async function startRedisTls(): Promise<RedisServer & { readonly ca: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'avian-redis-tls-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const kind =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=redis';
  const output = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', [...kind.split(' '), ...output]);
  const port = await freePort();
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
  const args = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
  const server = await launch(
    [...args, '--bind', '127.0.0.1', '--dir', directory],
    port,
    directory,
  );
  return { ...server, url: `rediss://127.0.0.1:${port}`, ca: await readFile(cert, 'utf8') };
}

/** Starts a cluster of three masters that share the slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const bus = await Promise.all([freePort(), freePort(), freePort()]);
  const servers = await Promise.all(
    bus.map((port) =>
      startRedis([
        ...['--cluster-enabled', 'yes', '--cluster-port', String(port)],
        ...['--cluster-announce-ip', '127.0.0.1', '--cluster-node-timeout', '2000'],
      ]),
    ),
  );
  await Promise.all(servers.map(({ port }, place) => share(port, place, servers.length)));
  const [first, ...others] = servers.map(({ port }, place) => ({ port, bus: bus[place] }));
  for (const other of others) {
    await ask(
      Number(first?.port),
      'CLUSTER',
      'MEET',
      '127.0.0.1',
      Number(other.port),
      Number(other.bus),
    );
  }
  await Promise.all(servers.map(({ port }) => until(() => isWhole(port, servers.length))));
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    [Symbol.asyncDispose]: () => disposeOf(servers),
  };
}

/** Starts a master called `avian`, its replica and a sentinel that takes half a second of silence for death. */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const master = await startRedis(['--repl-diskless-sync-delay', '0']);
  const replica = await startRedis(['--replicaof', '127.0.0.1', String(master.port)]);
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'avian-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor avian 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds avian 500',
    'sentinel failover-timeout avian 3000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const sentinel = await launch([file, '--sentinel'], port, directory);
  await until(() => knowsReplica(port));
  return {
    url: `redis+sentinel://127.0.0.1:${port}/avian`,
    master,
    replica,
    sentinel,
    [Symbol.asyncDispose]: () => disposeOf([sentinel, replica, master]),
  };
}

/** Holds the server's life to ours: when this process ends, however it ends, so does the pipe, and then the server. */
const GUARD = 'redis-server "$@" & echo "pid $!"; exec > /dev/null; cat; kill -KILL $!; wait $!';

async function launch(args: string[], port: number, directory: string): Promise<RedisServer> {
  const guard = spawn('sh', ['-c', GUARD, 'sh', ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(guard, 'exit');

  async function kill(): Promise<void> {
    guard.stdin.end();
    await ended;
  }

  const pid = await started(guard.stdout).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    freeze: () => void process.kill(pid, 'SIGSTOP'),
    thaw: () => void process.kill(pid, 'SIGCONT'),
    kill,
    [Symbol.asyncDispose]: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The server's process id, when it says that it is ready; rejects with its last words when it never does. */
async function started(output: Readable): Promise<number> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    said.push(line);
    if (!/Ready to accept connections|Sentinel ID is/.test(line)) continue;
    output.resume();
    return Number(said[0]?.slice('pid '.length));
  }
  throw new Error(`redis-server did not start: ${said.slice(-3).join(' / ')}`);
}

async function share(port: number, place: number, servers: number): Promise<void> {
  const slots = 16384 / servers;
  await ask(port, 'CLUSTER', 'SET-CONFIG-EPOCH', place + 1);
  const [from, to] = [Math.ceil(slots * place), Math.ceil(slots * (place + 1)) - 1];
  await ask(port, 'CLUSTER', 'ADDSLOTSRANGE', from, to);
}

async function isWhole(port: number, servers: number): Promise<boolean> {
  const info = String(await ask(port, 'CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${servers}`);
}

async function knowsReplica(port: number): Promise<boolean> {
  const replicas = JSON.stringify(await ask(port, 'SENTINEL', 'REPLICAS', 'avian'));
  return replicas.includes('"master-link-status","ok"');
}

async function ask(port: number, command: string, ...args: (string | number)[]): Promise<unknown> {
  const client = new Redis(port, '127.0.0.1');
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await check()) return;
    await pause(25);
  }
  throw new Error('A Redis server did not come to the state it was set up for.');
}

async function disposeOf(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
}
