import { afterAll, beforeAll } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createLog } from '#src/infra/redis/bench.ts';
import { closeRedis, createRedis, type RedisClient, ready } from '#src/infra/redis/client.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { aRedis } from '#src/testing/database.ts';
import { createRedisStore } from './redis.ts';
import { ephemeralContract } from './store.contract.ts';

const ids = createIds();
let one: RedisClient;
let other: RedisClient;

beforeAll(async () => {
  one = createRedis({ url: aRedis() }, createLog().logger);
  other = createRedis({ url: aRedis() }, createLog().logger);
  await Promise.all([ready(one), ready(other)]);
});

afterAll(() => Promise.all([closeRedis(one), closeRedis(other)]));

ephemeralContract('Redis', async () => {
  const parts = { clock: createTestClock(), namespace: ids.uuid() };
  return {
    store: createRedisStore({ redis: one, ...parts }),
    second: createRedisStore({ redis: other, ...parts }),
    clock: parts.clock,
  };
});
