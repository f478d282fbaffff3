import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '#src/infra/redis/bench.ts';
import { closeRedis, createRedis, ready } from '#src/infra/redis/client.ts';
import { SECOND } from '#src/kernel/clock.ts';
import { type RedisServer, startRedis } from '#src/testing/redis-server.ts';
import { isSignIn } from '#src/testing/screens/sign-in.ts';
import { signOutScreen } from '#src/testing/screens/sign-out.ts';
import { createVisitor, type Visitor } from '#src/testing/visitor.ts';
import { codeOf, type Nodes, type Scene, setScene, startNodes } from './bench.ts';

let redis: RedisServer;
let nodes: Nodes;
beforeAll(async () => {
  redis = await startRedis(['--appendonly', 'yes']);
  nodes = await startNodes({ redisUrl: redis.url });
});
afterAll(async () => {
  await nodes[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const refreshing = (answer: { readonly body: Record<string, unknown> }) => ({
  grant_type: 'refresh_token',
  refresh_token: String(answer.body['refresh_token']),
});

const redeem = ({ app }: Scene, form: Record<string, string>) => nodes.post('/token', form, app);

const visit = async ({ relying }: Scene, ada: Visitor) =>
  ada.open((await relying.ask()).url, { from: relying.home });

async function signedIn(): Promise<{ scene: Scene; ada: Visitor }> {
  const scene = await setScene(nodes);
  const ada = createVisitor();
  await scene.relying.signIn(ada, scene.person);
  return { scene, ada };
}

describe('a Redis that is full', () => {
  /** Does `act` while no write is taken. */
  async function whileFull(act: () => Promise<void>): Promise<void> {
    await redis.call('CONFIG', 'SET', 'maxmemory', '1');
    try {
      await act();
    } finally {
      await redis.call('CONFIG', 'SET', 'maxmemory', '0');
    }
  }

  it('is 503, and no code is used up by it', async () => {
    const scene = await setScene(nodes);
    const form = await codeOf(scene);
    await whileFull(async () => {
      expect(await redeem(scene, form)).toMatchObject({
        status: 503,
        body: { error: 'server_error' },
      });
      expect(await visit(scene, createVisitor())).toMatchObject({ status: 503 });
    });
    expect(await redeem(scene, form)).toMatchObject({ status: 200 });
  });

  it('spends no refresh token, so that one tried again late is no reuse', async () => {
    const scene = await setScene(nodes);
    const form = refreshing(await redeem(scene, await codeOf(scene)));
    await whileFull(async () => {
      expect(await redeem(scene, form)).toMatchObject({ status: 503 });
    });
    nodes.first.clock.pass(11 * SECOND);

    const next = await redeem(scene, form);
    expect(next).toMatchObject({ status: 200 });
    expect(await redeem(scene, refreshing(next))).toMatchObject({ status: 200 });
  });
});

describe('a Redis that forgot the latest', () => {
  /** Does `act`, then puts everything back as it was: a replica takes over that had not heard of it. */
  async function unheard(act: () => Promise<void>): Promise<void> {
    const client = createRedis({ url: redis.url }, createLog().logger);
    try {
      await ready(client);
      for (const key of await client.keys('avian:*')) await client.copy(key, `kept:${key}`);
      await act();
      const written = await client.keys('avian:*');
      if (written.length > 0) await client.del(...written);
      for (const key of await client.keys('kept:*')) await client.rename(key, key.slice(5));
    } finally {
      await closeRedis(client);
    }
  }

  it('revives no session that was signed out', async () => {
    const { scene, ada } = await signedIn();
    const kept = createVisitor();
    const lines = ada.cookies
      .all()
      .map(({ name, value, path }) => `${name}=${value}; Path=${path}; SameSite=Strict`);
    kept.cookies.take(new URL(nodes.first.issuer), lines);
    await unheard(async () => {
      const question = await ada.open(scene.relying.signOutUrl({ client_id: scene.app.id }));
      await signOutScreen(question).yes();
    });

    expect(isSignIn(await visit(scene, kept))).toBe(true);
  });

  it('lets no code bring a second refresh token', async () => {
    const scene = await setScene(nodes);
    const form = await codeOf(scene);
    let first = refreshing({ body: {} });
    await unheard(async () => {
      first = refreshing(await redeem(scene, form));
    });

    expect(await redeem(scene, form)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(await redeem(scene, first)).toMatchObject({ status: 200 });
  });
});

describe('a Redis that forgot everything', () => {
  it('asks everybody to sign in, refuses what was begun, and keeps what is in Postgres', async () => {
    const { scene, ada } = await signedIn();
    const form = refreshing(await redeem(scene, await codeOf(scene)));
    const code = await codeOf(scene);
    const begun = createVisitor();
    const page = await visit(scene, begun);
    await redis.call('FLUSHALL');

    expect(await redeem(scene, code)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect((await begun.open(page.url)).status).toBe(410);
    expect(isSignIn(await visit(scene, ada))).toBe(true);
    expect(await redeem(scene, form)).toMatchObject({ status: 200 });
    expect(await redeem(scene, await codeOf(scene))).toMatchObject({ status: 200 });
  });
});

describe('a Redis that was started again', () => {
  it('knows its sessions where it keeps a log, and is found by itself', async () => {
    const { scene, ada } = await signedIn();
    await redis.shutDown();
    expect(await visit(scene, createVisitor())).toMatchObject({ status: 503 });
    await redis.restart();

    await expect.poll(async () => (await visit(scene, ada)).status).not.toBe(503);
    expect(isSignIn(await visit(scene, ada))).toBe(false);
  });
});
