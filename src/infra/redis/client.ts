import { Cluster, Redis } from 'ioredis';
import { SECOND } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { readRedisUrl } from './address.ts';
import { reached } from './errors.ts';
import { followFailovers } from './follow.ts';
import { clusterOptions, serverOptions } from './options.ts';
import { watch } from './watch.ts';

/** One server, the master that sentinels name, or a cluster: for commands on one key, all the same. */
export type RedisClient = Redis | Cluster;

export interface RedisSettings {
  /** See `readRedisUrl`. */
  readonly url: string;
  /** The certificate (PEM) that the servers' own must come from, where it is not a public one. */
  readonly ca?: string;
}

/**
 * A client that connects at once, and again for ever when the connection is lost. Until it stands,
 * commands fail at once; so a process may start while Redis is away.
 */
export function createRedis({ url, ca }: RedisSettings, logger: Logger): RedisClient {
  const address = readRedisUrl(url);
  if (address.kind === 'cluster') {
    const cluster = new Cluster([...address.nodes], clusterOptions(address, ca));
    connectNodes(cluster);
    watch(cluster, logger);
    return cluster;
  }
  const server = new Redis(serverOptions(address, ca));
  if (address.kind === 'sentinel') followFailovers(server, address, { ca, logger });
  watch(server, logger);
  return server;
}

/**
 * Waits for the first connection; throws `Unavailable` when there is none after `patience`. Five
 * seconds are at least five tries. The client goes on trying either way.
 */
export async function ready(client: RedisClient, patience = 5 * SECOND): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let cause: unknown;
  const note = (error: unknown) => {
    cause = error;
  };
  const giveUp = () => reject(new Unavailable('Redis did not answer.', { cause }));
  const timer = setTimeout(giveUp, patience);
  client.on('error', note).once('ready', resolve);
  if (client.status === 'ready') resolve();
  try {
    await promise;
    if (client instanceof Cluster)
      await Promise.all(masters(client).map((node) => ready(node, patience)));
  } finally {
    clearTimeout(timer);
    client.off('error', note).off('ready', resolve);
  }
}

/** Resolves when the server, or every master of the cluster, has answered; throws `Unavailable`. */
export async function ping(client: RedisClient): Promise<void> {
  const servers = client instanceof Cluster ? masters(client) : [client];
  if (servers.length === 0) throw new Unavailable('The session store does not answer.');
  await reached(Promise.all(servers.map((server) => server.ping())));
}

/** Lets go of the connections, after the answers that are under way where the server still gives any. */
export async function closeRedis(client: RedisClient): Promise<void> {
  try {
    await client.quit();
  } catch {
    // Away already: there is nothing to wait for.
    const paused = client.status === 'reconnecting';
    client.disconnect();
    // Between two tries no connection ends, so the client itself would never say that it did.
    if (paused) client.emit('end');
  }
}

function masters(cluster: Cluster): Redis[] {
  return cluster.nodes('master');
}

/**
 * Nodes connect on their first command, and meanwhile refuse the others. So they are connected as soon
 * as the layout is known; not before, since the client's own first command must find them as they are.
 */
function connectNodes(cluster: Cluster): void {
  cluster.on('ready', () => masters(cluster).forEach(connectNode));
  cluster.on('+node', (node: Redis) => {
    setImmediate(() => cluster.status === 'ready' && connectNode(node));
  });
}

function connectNode(node: Redis): void {
  // A failure is an event of the cluster, which the watch hears.
  if (node.status === 'wait') node.connect().catch(() => undefined);
}
