import { setTimeout as pause } from 'node:timers/promises';
import {
  isInStep,
  type RedisServer,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
  until,
} from '../redis-server.ts';

/** A way for a Redis to fail, and to come back. */
export interface Fault {
  readonly name: string;
  /** Parts the replica from its master: what is written from now on is lost with it. */
  part?(): Promise<void>;
  /** Resolves when the fault is over, or another has taken the place of the server that failed. */
  inflict(): Promise<void>;
  /** Brings back what is still missing. */
  mend?(): Promise<void>;
}

export interface TroubledRedis extends AsyncDisposable {
  readonly url: string;
  readonly faults: readonly Fault[];
}

export type Layout = 'single' | 'cluster' | 'sentinel';

export const LAYOUTS: Readonly<Record<Layout, () => Promise<TroubledRedis>>> = {
  single: troubleOne,
  cluster: troubleCluster,
  sentinel: troubleSentinel,
};

const FROZEN_MS = 4000;
const AWAY_MS = 1000;
/** A sentinel waits eight seconds before it tells a master that came back that it is none. */
const REJOINED_S = 40;

async function troubleOne(): Promise<TroubledRedis> {
  const server = await startRedis(['--appendonly', 'yes']);
  const faults: Fault[] = [
    { name: 'SIGSTOP for 4 s', inflict: () => freeze(server) },
    { name: 'memory full for 4 s', inflict: () => fill(server) },
    {
      name: 'kill -9, data kept',
      inflict: () => away(server, server.kill),
    },
    {
      name: 'SHUTDOWN, data kept',
      inflict: () => away(server, server.shutDown),
    },
    { name: 'FLUSHALL', inflict: async () => void (await server.call('FLUSHALL')) },
    {
      name: 'kill -9, data lost',
      inflict: () => away(server, server.kill, ['--appendonly', 'no']),
    },
  ];
  return { url: server.url, faults, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function freeze(server: RedisServer): Promise<void> {
  server.freeze();
  await pause(FROZEN_MS);
  server.thaw();
}

/** Under a policy that evicts nothing: reads go on, writes are refused. */
async function fill(server: RedisServer): Promise<void> {
  const used = /used_memory:(\d+)/.exec(String(await server.call('INFO', 'memory')))?.[1] ?? '1';
  await server.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', used);
  await pause(FROZEN_MS);
  await server.call('CONFIG', 'SET', 'maxmemory', 0);
}

async function away(
  server: RedisServer,
  end: () => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  await end();
  await pause(AWAY_MS);
  await server.restart(args);
}

async function troubleCluster(): Promise<TroubledRedis> {
  const cluster = await startRedisCluster({ replicated: true });
  const pairs = cluster.servers.map((server, place): Pair => {
    const replica = cluster.replicas[place];
    if (!replica) throw new TypeError('A master has no replica.');
    return [server, replica];
  });
  const [first, second] = pairs;
  if (!first || !second) throw new TypeError('The cluster is too small.');
  return {
    url: cluster.url,
    faults: [
      { name: 'kill -9 of a master', ...failover(first, kill) },
      { name: 'SIGSTOP of a master', ...failover(second, stop) },
    ],
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

async function troubleSentinel(): Promise<TroubledRedis> {
  const servers = await startRedisSentinel();
  const pair: Pair = [servers.master, servers.replica];
  const back: Pair = [servers.replica, servers.master];
  return {
    url: servers.url,
    faults: [
      { name: 'kill -9 of the master', ...failover(pair, kill) },
      { name: 'SIGSTOP of the master', ...failover(back, stop) },
      {
        name: 'a failover that was asked for',
        async inflict() {
          await servers.sentinel.call('SENTINEL', 'FAILOVER', 'avian');
          await until(() => isMaster(servers.replica));
        },
        mend: () => until(() => isInStep(servers.master), REJOINED_S),
      },
    ],
    [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
  };
}

/** A master, and the replica that is to take its place. */
type Pair = readonly [RedisServer, RedisServer];

interface Ending {
  readonly end: (server: RedisServer) => Promise<void>;
  readonly mend: (server: RedisServer) => Promise<void>;
}

const kill: Ending = { end: (server) => server.kill(), mend: (server) => server.restart() };
const stop: Ending = {
  end: async (server) => server.freeze(),
  mend: async (server) => server.thaw(),
};

function failover([master, replica]: Pair, { end, mend }: Ending): Omit<Fault, 'name'> {
  return {
    async part() {
      // No master takes a password that it was not given: the replica cannot come back, and lives.
      await replica.call('CONFIG', 'SET', 'masterauth', 'another');
      await master.call('CLIENT', 'KILL', 'TYPE', 'replica');
    },
    async inflict() {
      await end(master);
      await until(() => isMaster(replica));
    },
    async mend() {
      await mend(master);
      await replica.call('CONFIG', 'SET', 'masterauth', '');
      await until(() => isInStep(master), REJOINED_S);
    },
  };
}

async function isMaster(server: RedisServer): Promise<boolean> {
  return String(await server.call('INFO', 'replication')).includes('role:master');
}
