import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createLog } from '#src/infra/redis/bench.ts';
import { closeRedis, createRedis, type RedisClient, ready } from '#src/infra/redis/client.ts';
import { later } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { aRedis } from '#src/testing/database.ts';
import { startRedis } from '#src/testing/redis-server.ts';
import { aBucket } from './bench.ts';
import { createRedisWindow } from './store.redis.ts';
import { windowContract } from './window.contract.ts';

const ids = createIds();
const NOON = new Date('2030-01-01T12:00:00Z');
let one: RedisClient;
let other: RedisClient;

beforeAll(async () => {
  one = createRedis({ url: aRedis() }, createLog().logger);
  other = createRedis({ url: aRedis() }, createLog().logger);
  await Promise.all([ready(one), ready(other)]);
});

afterAll(() => Promise.all([closeRedis(one), closeRedis(other)]));

windowContract('Redis', () => {
  const namespace = ids.uuid();
  return {
    window: createRedisWindow({ redis: one, namespace }),
    second: createRedisWindow({ redis: other, namespace }),
  };
});

it('leaves no key that lives for ever, and none that goes before it counts no longer', async () => {
  const namespace = ids.uuid();
  const window = createRedisWindow({ redis: one, namespace });
  const bucket = aBucket({ limit: 1, window: 60_000, base: 100_000 });
  await window.take('g', [bucket], NOON);
  await window.take('g', [bucket], later(NOON, 1));
  await window.take('g', [aBucket(), aBucket()], NOON);

  const keys = await one.keys(`avian:${namespace}:*`);
  const lives = await Promise.all(keys.map((key) => one.pttl(key)));
  const closures = keys.filter((key) => key.includes(':closure:'));
  expect([keys.length, closures.length]).toEqual([4, 1]);
  expect(Math.min(...lives)).toBeGreaterThan(60_000);
  expect(await one.pttl(closures[0] ?? '')).toBeGreaterThan(260_000);
});

it('is Unavailable, and counts nothing, when Redis is away', async () => {
  const away = createRedis({ url: 'redis://127.0.0.1:1' }, createLog().logger);
  const window = createRedisWindow({ redis: away });
  await expect(window.take('g', [aBucket()], NOON)).rejects.toThrow(Unavailable);
  await closeRedis(away);
});

it('is Unavailable, and counts nothing, when Redis is full; and counts again when it is not', async () => {
  await using server = await startRedis();
  const redis = createRedis({ url: server.url }, createLog().logger);
  try {
    await ready(redis);
    const window = createRedisWindow({ redis });
    const bucket = aBucket({ limit: 1 });
    await server.call('CONFIG', 'SET', 'maxmemory', '1');
    await expect(window.take('g', [bucket], NOON)).rejects.toThrow(Unavailable);
    await server.call('CONFIG', 'SET', 'maxmemory', '0');

    expect(await window.take('g', [bucket], NOON)).toMatchObject([{ passed: 1, violation: 0 }]);
  } finally {
    await closeRedis(redis);
  }
});
