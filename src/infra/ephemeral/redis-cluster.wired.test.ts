import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createLog } from '#src/infra/redis/bench.ts';
import { closeRedis, createRedis, ping, type RedisClient, ready } from '#src/infra/redis/client.ts';
import { later } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { type RedisCluster, startRedisCluster } from '#src/testing/redis-server.ts';
import { createRedisStore } from './redis.ts';
import { ephemeralContract } from './store.contract.ts';

const ids = createIds();
const log = createLog();
let cluster: RedisCluster;
let one: RedisClient;
let other: RedisClient;

beforeAll(async () => {
  cluster = await startRedisCluster();
  one = createRedis({ url: cluster.url }, log.logger);
  other = createRedis({ url: cluster.url }, log.logger);
  await Promise.all([ready(one), ready(other)]);
});

afterAll(async () => {
  await Promise.all([closeRedis(one), closeRedis(other)]);
  await cluster[Symbol.asyncDispose]();
});

async function open() {
  const parts = { clock: createTestClock(), namespace: ids.uuid() };
  return {
    store: createRedisStore({ redis: one, ...parts }),
    second: createRedisStore({ redis: other, ...parts }),
    clock: parts.clock,
  };
}

ephemeralContract('a Redis Cluster', open);

it('serves many at once on all three masters from the first call on', async () => {
  const fresh = createRedis({ url: cluster.url }, log.logger);
  try {
    await ready(fresh);
    const clock = createTestClock();
    const store = createRedisStore({ redis: fresh, clock, namespace: ids.uuid() });
    const expiresAt = later(clock.now(), 1000);
    const made = Array.from({ length: 300 }, () =>
      store.create(ids.secret(), { value: 'v', expiresAt }),
    );

    expect(await Promise.all(made)).not.toContain(false);
  } finally {
    await closeRedis(fresh);
  }
});

it('fails the calls for a master that hangs within two seconds, and goes on by itself after', async () => {
  const { store, clock } = await open();
  const keys = Array.from({ length: 30 }, () => ids.secret());
  const draft = { value: 'v', expiresAt: later(clock.now(), 1000), indexes: ['index'] };
  const [server] = cluster.servers;
  server?.freeze();

  const start = performance.now();
  const endings = await Promise.allSettled(keys.map((key) => store.put(key, draft)));
  expect(performance.now() - start).toBeLessThan(2000);
  const failed = endings.filter((end) => end.status === 'rejected').map((end) => end.reason);
  expect(failed).toEqual(failed.map(() => expect.any(Unavailable)));
  expect(failed.length).toBeGreaterThan(0);
  await expect(store.ping()).rejects.toThrow(Unavailable);

  server?.thaw();
  await vi.waitFor(() => Promise.all([ping(one), ...keys.map((key) => store.put(key, draft))]), {
    timeout: 15_000,
    interval: 50,
  });
  expect(await store.members('index')).toHaveLength(30);
});
