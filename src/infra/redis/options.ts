import type { ClusterOptions, RedisOptions } from 'ioredis';
import { jittered } from '#src/infra/crypto/random.ts';
import type { Node, RedisAddress } from './address.ts';

/**
 * A command is answered or fails within half a second, is never kept for later, and is sent once: a
 * time-out means "unknown", so a second sending could do a thing twice (F4).
 */
const FAIL_FAST = {
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
} as const;

const CONNECT_TIMEOUT = 1000;
/** A connection on which nothing comes back for this long is given up, though the network says it stands. */
const SILENCE_TIMEOUT = 3000;
const LONGEST_PAUSE = 2000;
/** How often a cluster is asked for its layout; a failover is noticed at the latest then. */
const LAYOUT_INTERVAL = 5000;

/** Forever, from 50 ms up to two seconds. */
export function pauseBefore(attempt: number): number {
  return jittered(Math.min(50 * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE));
}

/** One server, or the one that sentinels name. */
export function serverOptions(address: RedisAddress, ca?: string) {
  return {
    ...connectionOptions(address, ca),
    retryStrategy: pauseBefore,
    db: address.db,
    ...(address.kind === 'sentinel' ? sentinelOptions(address, ca) : address.nodes[0]),
  } satisfies RedisOptions;
}

/** One sentinel, which is listened to. */
export function listenerOptions(address: RedisAddress, node: Node, ca?: string) {
  const { sentinelUsername: username, sentinelPassword: password, tls } = address;
  const user = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  return {
    ...connectionOptions({ ...user, tls }, ca),
    retryStrategy: pauseBefore,
    autoResubscribe: false,
    ...node,
  } satisfies RedisOptions;
}

/**
 * What ioredis would send again by itself is switched off: a command whose connection closed may have
 * been carried out. A command that a node refuses with MOVED, ASK or TRYAGAIN was not, and goes on.
 */
export function clusterOptions(address: RedisAddress, ca?: string) {
  return {
    enableOfflineQueue: FAIL_FAST.enableOfflineQueue,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    clusterRetryStrategy: pauseBefore,
    slotsRefreshInterval: LAYOUT_INTERVAL,
    redisOptions: connectionOptions(address, ca),
    // A certificate names the host, which a lookup would replace by its number.
    ...(address.tls && { dnsLookup: keepHost }),
  } satisfies ClusterOptions;
}

type Login = Pick<RedisAddress, 'username' | 'password' | 'tls'>;

function connectionOptions({ username, password, tls }: Login, ca?: string) {
  return {
    ...FAIL_FAST,
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE_TIMEOUT,
    connectionName: 'avian',
    disableClientInfo: true,
    // A master that was demoted refuses writes: look for the new one.
    reconnectOnError: (error: Error) => error.message.includes('READONLY'),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: trust(ca) }),
  } satisfies RedisOptions;
}

function sentinelOptions(address: RedisAddress, ca?: string) {
  const { sentinelUsername, sentinelPassword } = address;
  return {
    sentinels: [...address.nodes],
    name: address.master,
    sentinelCommandTimeout: FAIL_FAST.commandTimeout,
    sentinelRetryStrategy: pauseBefore,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(address.tls && { enableTLSForSentinelMode: true, sentinelTLS: trust(ca) }),
  } satisfies RedisOptions;
}

function keepHost(host: string, found: (error: null, address: string) => void): void {
  found(null, host);
}

function trust(ca: string | undefined) {
  return ca === undefined ? {} : { ca };
}
