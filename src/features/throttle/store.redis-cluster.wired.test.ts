import { afterAll, beforeAll } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createLog } from '#src/infra/redis/bench.ts';
import { closeRedis, createRedis, type RedisClient, ready } from '#src/infra/redis/client.ts';
import { type RedisCluster, startRedisCluster } from '#src/testing/redis-server.ts';
import { createRedisWindow } from './store.redis.ts';
import { windowContract } from './window.contract.ts';

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

windowContract('a Redis Cluster', () => {
  const namespace = ids.uuid();
  return {
    window: createRedisWindow({ redis: one, namespace }),
    second: createRedisWindow({ redis: other, namespace }),
  };
});
