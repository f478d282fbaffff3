import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '#src/kernel/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { maintain } from '#src/testing/maintenance.ts';
import { type RedisServer, startRedis } from '#src/testing/redis-server.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { codeOf, type Nodes, setScene, startNodes } from './bench.ts';

describe('what is kept of sessions and tokens', () => {
  let redis: RedisServer;
  let database: TestDatabase;
  let nodes: Nodes;
  let reader: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    database = await anOwnDatabase();
    nodes = await startNodes({ redisUrl: redis.url, databaseUrl: database.url });
    reader = new Redis(redis.url);
  });
  afterAll(async () => {
    reader.disconnect();
    await nodes[Symbol.asyncDispose]();
    await Promise.all([redis, database].map((one) => one[Symbol.asyncDispose]()));
  });

  it('is none of their ids: a dump of both stores opens nothing', async () => {
    const scene = await setScene(nodes);
    const ada = createVisitor();
    const tokens = await scene.relying.signIn(ada, scene.person);
    const code = (await codeOf(scene))['code'] ?? '';
    const session = ada.cookies.find('avian-session')?.value ?? '';
    const secrets = [session, code, tokens.access_token, tokens.refresh_token ?? ''];
    expect(secrets.map((secret) => secret.length >= 22)).toEqual(secrets.map(() => true));

    const dump = await everything(reader, database.url);
    expect(dump).toContain(scene.person.id);
    for (const secret of secrets) expect(dump).not.toContain(secret);
  });

  it('is a session of a day at most, that ends a week after its sign-in', async () => {
    await reader.flushdb();
    const scene = await setScene(nodes);
    const ada = createVisitor();
    await scene.relying.signIn(ada, scene.person);
    const ends = await sessionEnds(reader);
    expect(ends.length).toBeGreaterThan(0);
    for (const { left, end } of ends) {
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(DAY);
      expect(end).toBe(nodes.first.clock.now().getTime() + DAY);
    }

    nodes.first.clock.pass(23 * HOUR);
    await ada.open((await scene.relying.ask()).url, { from: scene.relying.home });
    expect((await sessionEnds(reader)).map(({ end }) => end)).toContain(
      nodes.first.clock.now().getTime() + DAY,
    );
  });
});

/** Of each session kept: milliseconds until Redis drops it, and the instant it ends by the Clock. */
async function sessionEnds(reader: Redis) {
  const keys = await reader.keys('*oidc:Session:*');
  const entries = keys.map(async (key) => {
    const { v, b, e } = await reader.hgetall(key);
    const isLive = v !== undefined && b === undefined;
    return isLive ? [{ left: await reader.pttl(key), end: Number(e) }] : [];
  });
  return (await Promise.all(entries)).flat();
}

/** All that either store holds, as text. */
async function everything(reader: Redis, databaseUrl: string): Promise<string> {
  const keys = await reader.keys('*');
  const kept = await Promise.all(
    keys.map(async (key) => {
      const isHash = (await reader.type(key)) === 'hash';
      return [key, isHash ? await reader.hgetall(key) : await reader.zrange(key, '0', '-1')];
    }),
  );
  return maintain(databaseUrl, async (server) => {
    const tables = ['grants', 'refresh_tokens', 'session_revocations', 'audit_entries', 'users'];
    const rows: unknown[] = [];
    for (const table of tables) {
      rows.push((await server.query(`select to_jsonb(t) from ${table} t`)).rows);
    }
    return JSON.stringify([kept, rows]);
  });
}
