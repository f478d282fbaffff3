import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningAvian, startAvian } from '../avian.ts';
import { startRedis } from '../redis-server.ts';

const healthOf = async ({ url }: RunningAvian, path = '') => {
  const response = await fetch(`${url}/api/health${path}`, { headers: { host: '10.0.0.7' } });
  return { status: response.status, body: (await response.json()) as object };
};
const ok = { status: 'ok', ms: expect.any(Number) };
const failing = { status: 'failing', ms: expect.any(Number) };

describe('an instance behind a name of its own', () => {
  let avian: RunningAvian;
  beforeAll(async () => {
    avian = await startAvian({ issuer: 'https://id.example.test' });
  });
  afterAll(() => avian[Symbol.asyncDispose]());

  it('tells a probe that knows its address only how it fares, stores included', async () => {
    expect(await healthOf(avian)).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await healthOf(avian, '/live')).toEqual({
      status: 200,
      body: {
        status: 'ok',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        uptimeSeconds: expect.any(Number),
        rss: expect.any(Number),
        heapUsed: expect.any(Number),
        heapTotal: expect.any(Number),
        eventLoopDelayP99Ms: expect.any(Number),
      },
    });
    const checks = { postgres: ok, store: ok, isolation: ok };
    expect(await healthOf(avian, '/ready')).toEqual({
      status: 200,
      body: { status: 'ok', checks },
    });
  });

  it('asks for its name of everybody else', async () => {
    expect((await fetch(`${avian.url}/auth`)).status).toBe(421);
  });
});

it('starts though its store is away, lives, is not ready, and tells its keys to everybody', async () => {
  const redis = await startRedis();
  await redis[Symbol.asyncDispose]();
  await using avian = await startAvian({ redisUrl: redis.url });
  const checks = { postgres: ok, store: failing, isolation: ok };
  expect(await healthOf(avian, '/ready')).toEqual({
    status: 503,
    body: { status: 'failing', checks },
  });
  expect((await healthOf(avian, '/live')).status).toBe(200);
  for (const path of ['/jwks', '/.well-known/openid-configuration']) {
    expect((await fetch(`${avian.url}${path}`)).status).toBe(200);
  }
  await using back = await startRedis([], redis.port);
  expect(back.port).toBe(redis.port);
  const { status } = await untilReady(avian);
  expect(status).toBe(200);
});

/** Within five seconds, by itself. */
async function untilReady(avian: RunningAvian) {
  return vi.waitFor(
    async () => {
      const health = await healthOf(avian, '/ready');
      expect(health.status).toBe(200);
      return health;
    },
    { timeout: 5000, interval: 50 },
  );
}
