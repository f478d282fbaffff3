import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRedisStore } from '#src/infra/ephemeral/redis.ts';
import { later, systemClock } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { type RedisSentinel, startRedisSentinel } from '#src/testing/redis-server.ts';
import { createLog } from './bench.ts';
import { closeRedis, createRedis, type RedisClient, ready } from './client.ts';

let servers: RedisSentinel;
let redis: RedisClient;

beforeEach(async () => {
  servers = await startRedisSentinel();
  redis = createRedis({ url: servers.url }, createLog().logger);
  await ready(redis);
});

afterEach(async () => {
  await closeRedis(redis);
  await servers[Symbol.asyncDispose]();
});

const soon = () => later(systemClock.now(), 60_000);
const patience = { timeout: 20_000, interval: 50 };

it('is led to the master, and to the next one when that dies or hangs', async () => {
  const store = createRedisStore({ redis, clock: systemClock });
  await store.create('key', { value: 'v', expiresAt: soon() });
  await vi.waitFor(async () => expect(await redis.wait(1, 100)).toBe(1), patience);
  servers.master.freeze();

  await expect(store.spend('key')).rejects.toThrow(Unavailable);
  await vi.waitFor(() => store.put('next', { value: 'v', expiresAt: soon() }), patience);
  expect(await store.get('key')).toMatchObject({ value: 'v' });
  expect(await redis.info('server')).toContain(`tcp_port:${servers.replica.port}`);
});

it('follows a failover that an operator asked for', async () => {
  const store = createRedisStore({ redis, clock: systemClock });
  const sentinel = createRedis({ url: servers.sentinel.url }, createLog().logger);
  try {
    await ready(sentinel);
    await sentinel.call('SENTINEL', 'FAILOVER', 'avian');
  } finally {
    await closeRedis(sentinel);
  }

  await vi.waitFor(async () => {
    expect(await redis.info('server')).toContain(`tcp_port:${servers.replica.port}`);
  }, patience);
  expect(await store.put('key', { value: 'v', expiresAt: soon() })).toBe(true);
});

it('can be let go of between two tries, with all that listens to sentinels', async () => {
  const paused = new Promise((seen) => redis.once('reconnecting', seen));
  await Promise.all([servers.master.kill(), servers.replica.kill()]);
  await paused;
  const ended = new Promise((seen) => redis.once('end', seen));

  await closeRedis(redis);
  await ended;
  await vi.waitFor(async () => expect(await clientsOf(servers.sentinel.url)).toBe(0), patience);
});

/** How many of our connections a sentinel has, beside the one that asks. */
async function clientsOf(url: string): Promise<number> {
  const asking = createRedis({ url }, createLog().logger);
  try {
    await ready(asking);
    return String(await asking.client('LIST')).split('name=avian').length - 2;
  } finally {
    await closeRedis(asking);
  }
}
