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
  /** Ends it in good order. */
  shutDown(): Promise<void>;
  /** Starts it again in its place after its end, with what it had on disk; the last word on an option counts. */
  restart(args?: readonly string[]): Promise<void>;
  /** Sends it one command, over a connection of its own. */
  call(command: string, ...args: readonly (string | number)[]): Promise<unknown>;
}

export interface RedisCluster extends AsyncDisposable {
  readonly url: string;
  /** The masters, at first. */
  readonly servers: readonly RedisServer[];
  /** A replica of each, where they were asked for. */
  readonly replicas: readonly RedisServer[];
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

/** Starts a cluster of three masters that share the slots; of six processes, where each is to have a replica. */
export async function startRedisCluster({ replicated = false } = {}): Promise<RedisCluster> {
  const bus = await Promise.all(Array.from({ length: replicated ? 6 : 3 }, () => freePort()));
  const all = await Promise.all(
    bus.map((port) =>
      startRedis([
        ...['--cluster-enabled', 'yes', '--cluster-port', String(port)],
        ...['--cluster-announce-ip', '127.0.0.1', '--cluster-node-timeout', '2000'],
        ...['--repl-diskless-sync-delay', '0'],
      ]),
    ),
  );
  const [servers, replicas] = [all.slice(0, 3), all.slice(3)];
  await Promise.all(servers.map((server, place) => share(server, place, servers.length)));
  for (const [place, other] of all.entries()) {
    if (place > 0)
      await all[0]?.call('CLUSTER', 'MEET', '127.0.0.1', other.port, Number(bus[place]));
  }
  await Promise.all(all.map((server) => until(() => isWhole(server, all.length))));
  await Promise.all(replicas.map((replica, place) => follow(replica, servers[place])));
  return {
    url: `redis+cluster://${all.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    replicas,
    [Symbol.asyncDispose]: () => disposeOf(all),
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
  await until(() => knowsReplica(sentinel));
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
  let running = await run(args);
  const kill = () => running.kill();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    freeze: () => void process.kill(running.pid, 'SIGSTOP'),
    thaw: () => void process.kill(running.pid, 'SIGCONT'),
    kill,
    async shutDown() {
      process.kill(running.pid, 'SIGTERM');
      await running.silence;
      await running.kill();
    },
    async restart(more = []) {
      running = await run([...args, ...more]);
    },
    call: (command, ...words) => ask(port, command, ...words),
    [Symbol.asyncDispose]: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function run(args: readonly string[]) {
  const guard = spawn('sh', ['-c', GUARD, 'sh', ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(guard, 'exit');
  const silence = once(guard.stdout, 'close');

  async function kill(): Promise<void> {
    guard.stdin.end();
    await ended;
  }

  const pid = await started(guard.stdout).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  return { pid, kill, silence };
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

async function share(server: RedisServer, place: number, servers: number): Promise<void> {
  const slots = 16384 / servers;
  await server.call('CLUSTER', 'SET-CONFIG-EPOCH', place + 1);
  const [from, to] = [Math.ceil(slots * place), Math.ceil(slots * (place + 1)) - 1];
  await server.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
}

async function isWhole(server: RedisServer, servers: number): Promise<boolean> {
  const info = String(await server.call('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${servers}`);
}

async function follow(replica: RedisServer, master: RedisServer | undefined): Promise<void> {
  await replica.call('CLUSTER', 'REPLICATE', String(await master?.call('CLUSTER', 'MYID')));
  await until(() => isInStep(replica));
}

/** Whether it is a replica, and has all that its master has. */
export async function isInStep(server: RedisServer): Promise<boolean> {
  return String(await server.call('INFO', 'replication')).includes('master_link_status:up');
}

async function knowsReplica(sentinel: RedisServer): Promise<boolean> {
  const replicas = JSON.stringify(await sentinel.call('SENTINEL', 'REPLICAS', 'avian'));
  return replicas.includes('"master-link-status","ok"');
}

async function ask(
  port: number,
  command: string,
  ...args: readonly (string | number)[]
): Promise<unknown> {
  const client = new Redis(port, '127.0.0.1');
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** Waits until it is so; throws when it is not in time. */
export async function until(check: () => Promise<boolean>, seconds = 10): Promise<void> {
  for (let attempt = 0; attempt < seconds * 40; attempt += 1) {
    if (await check()) return;
    await pause(25);
  }
  throw new Error('A Redis server did not come to the state it was set up for.');
}

async function disposeOf(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
}
