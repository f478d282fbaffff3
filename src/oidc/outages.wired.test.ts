import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '#src/testing/redis-server.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { codeOf, type Nodes, setScene, startNodes } from './bench.ts';

describe('an instance whose Redis stands still', () => {
  let redis: RedisServer;
  let nodes: Nodes;
  beforeAll(async () => {
    redis = await startRedis();
    nodes = await startNodes({ redisUrl: redis.url });
  });
  afterAll(async () => {
    await nodes[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  it('answers within two seconds that it cannot, keeps its documents open, and recovers alone', async () => {
    const scene = await setScene(nodes);
    const form = await codeOf(scene);
    const { url } = await scene.relying.ask();
    const began = performance.now();

    redis.freeze();
    const [token, page, discovery, jwks] = await Promise.all([
      nodes.post('/token', form, scene.app),
      createVisitor().open(url, { from: scene.relying.home }),
      fetch(new URL('/.well-known/openid-configuration', nodes.first.issuer)),
      fetch(new URL('/jwks', nodes.first.issuer)),
    ]);
    redis.thaw();

    expect(performance.now() - began).toBeLessThan(2000);
    expect(token).toMatchObject({ status: 503, body: { error: 'server_error' } });
    expect([page.status, page.header('retry-after')]).toEqual([503, expect.any(String)]);
    expect([discovery.status, jwks.status]).toEqual([200, 200]);

    const again = await codeOf(scene);
    expect(await nodes.post('/token', again, scene.app)).toMatchObject({ status: 200 });
  });

  it('keeps an offline refresh token alive through a flushed Redis, and signs everybody out', async () => {
    const scene = await setScene(nodes);
    const first = await nodes.post('/token', await codeOf(scene), scene.app);
    await redis.kill();
    redis = await startRedis([], redis.port);

    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(first.body['refresh_token']),
    };
    await expect
      .poll(() => nodes.post('/token', refresh, scene.app))
      .toMatchObject({ status: 200 });
  });
});
