import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRedisStore } from '#src/infra/ephemeral/redis.ts';
import { later, systemClock } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { type RedisServer, startRedis, startRedisTls } from '#src/testing/redis-server.ts';
import { createLog } from './bench.ts';
import { closeRedis, createRedis, ping, type RedisClient, ready } from './client.ts';

const cleanup = new Set<() => PromiseLike<unknown>>();

afterEach(async () => {
  for (const clean of [...cleanup].toReversed()) await clean();
  cleanup.clear();
});

async function server(args: readonly string[] = [], port?: number): Promise<RedisServer> {
  const started = await startRedis(args, port);
  cleanup.add(() => started[Symbol.asyncDispose]());
  return started;
}

function connect(url: string, ca?: string) {
  const log = createLog();
  const redis = createRedis({ url, ...(ca !== undefined && { ca }) }, log.logger);
  cleanup.add(() => closeRedis(redis));
  const store = createRedisStore({ redis, clock: systemClock });
  return { redis, store, lines: log.lines };
}

const soon = () => later(systemClock.now(), 60_000);
/** Unlike `once` of node:events, not troubled by errors meanwhile. */
const next = (redis: RedisClient, event: string) => new Promise((seen) => redis.once(event, seen));
const answering = (redis: RedisClient) =>
  vi.waitFor(() => ping(redis), { timeout: 5000, interval: 20 });

describe('a Redis that is away', () => {
  it('does not keep the process from starting, fails calls at once, and is found when it comes', async () => {
    const { port, url, kill } = await server();
    await kill();
    const { redis, store } = connect(url);
    await expect(ready(redis, 300)).rejects.toThrow(Unavailable);

    const start = performance.now();
    await expect(store.get('key')).rejects.toThrow(Unavailable);
    await expect(store.ping()).rejects.toThrow(Unavailable);
    expect(performance.now() - start).toBeLessThan(200);

    await server([], port);
    await answering(redis);
    expect(await store.put('key', { value: 'v', expiresAt: soon() })).toBe(true);
  });

  it('is told of once when it goes and once when it comes back, however often it was tried', async () => {
    const { port, url, kill } = await server();
    const { redis, lines } = connect(url);
    await ready(redis);
    await kill();
    for (let tries = 0; tries < 4; tries += 1) await next(redis, 'reconnecting');
    await server([], port);
    await answering(redis);

    expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'info: Redis answers',
      'warn: Redis does not answer',
      'info: Redis answers',
    ]);
    expect(lines[1]).toMatchObject({ server: `127.0.0.1:${port}`, reason: expect.any(String) });
  });

  it('can be let go of', async () => {
    const { url, kill } = await server();
    await kill();
    const { redis } = connect(url);

    await closeRedis(redis);
    await vi.waitFor(() => expect(redis.status).toBe('end'));
  });
});

describe('a Redis that hangs', () => {
  it('fails every call within two seconds, and is used again by itself when it goes on', async () => {
    const { url, freeze, thaw } = await server();
    const { redis, store } = connect(url);
    await ready(redis);
    await store.put('key', { value: 'v', expiresAt: soon(), indexes: ['index'] });
    freeze();

    const start = performance.now();
    const draft = { value: 'v', expiresAt: soon(), indexes: ['index'] };
    const endings = await Promise.allSettled([
      ...[store.get('key'), store.put('key', draft), store.create('other', draft)],
      ...[store.swap('key', 'v', 'w', soon()), store.spend('key'), store.remove('key')],
      ...[store.bury('key', soon()), store.members('index'), store.ping()],
    ]);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(endings.map((end) => end.status === 'rejected' && end.reason)).toEqual(
      endings.map(() => expect.any(Unavailable)),
    );

    thaw();
    await answering(redis);
    expect(await store.put('again', { value: 'v', expiresAt: soon() })).toBe(true);
  });

  it('carries out a call that timed out once at most, though the connection is made anew', async () => {
    const { url, freeze, thaw } = await server();
    const { redis } = connect(url);
    const other = connect(url);
    await Promise.all([ready(redis), ready(other.redis)]);
    freeze();
    await expect(redis.incr('count')).rejects.toThrow('timed out');
    // Silence is taken for a dead connection; the server finds the command in it all the same.
    await next(redis, 'close');
    thaw();
    await answering(redis);

    await vi.waitFor(async () => expect(await other.redis.get('count')).toBe('1'));
    expect(await redis.get('count')).toBe('1');
  });
});

describe('a Redis that answers no', () => {
  it('is Unavailable when it is full, and the fault shows nothing of what was to be kept', async () => {
    const { url } = await server();
    const { redis, store } = connect(url);
    await ready(redis);
    await redis.config('SET', 'maxmemory', '1');

    const fault = await store.put('key', { value: 'secret', expiresAt: soon() }).catch((e) => e);
    expect(fault).toBeInstanceOf(Unavailable);
    expect(fault.cause.message).toContain('OOM');
    expect(inspect(fault, { depth: 9, showHidden: true })).not.toContain('secret');
  });

  it('takes a burial when it is full', async () => {
    const { url } = await server();
    const { redis, store } = connect(url);
    await ready(redis);
    await store.put('key', { value: 'v', expiresAt: soon() });
    await redis.config('SET', 'maxmemory', '1');

    await expect(store.spend('key')).rejects.toThrow(Unavailable);
    expect(await store.bury('key', soon())).toBe(true);
    expect(await store.bury('other', soon())).toBe(false);
    expect(await store.get('key')).toBeUndefined();
  });

  it('is looked for anew when it was demoted', async () => {
    const { url, port } = await server();
    const [{ redis, store }, { redis: operator }] = [connect(url), connect(url)];
    await Promise.all([ready(redis), ready(operator)]);
    await operator.replicaof('127.0.0.1', port);

    const leaving = next(redis, 'close');
    await expect(store.put('key', { value: 'v', expiresAt: soon() })).rejects.toThrow(Unavailable);
    await leaving;
    await operator.replicaof('NO', 'ONE');
    await answering(redis);
    expect(await store.put('key', { value: 'v', expiresAt: soon() })).toBe(true);
  });

  it('is not called away where the mistake is ours', async () => {
    const { url } = await server();
    const { redis, store } = connect(url);
    await ready(redis);
    await redis.set('avian:ephemeral:entry:{key}', 'secret');

    const fault = await store.get('key').catch((error) => error);
    expect(fault).not.toBeInstanceOf(Unavailable);
    expect(fault).toMatchObject({ message: expect.stringContaining('WRONGTYPE') });
    expect(fault).not.toHaveProperty('command');
  });

  it('is told a script again when it has forgotten it', async () => {
    const { url } = await server();
    const { redis, store } = connect(url);
    await ready(redis);
    await store.put('key', { value: 'v', expiresAt: soon() });
    await redis.script('FLUSH');

    const spent = await Promise.all([store.spend('key'), store.spend('key'), store.spend('key')]);
    expect(spent.filter(Boolean)).toHaveLength(1);
  });
});

describe('a Redis that wants to know who asks', () => {
  const acl = [
    '--user',
    'avian',
    'on',
    '>p@ss/word',
    '~avian:*',
    '+@all',
    '--user',
    'default',
    'off',
  ];

  it('is shown the user and the password of the URL', async () => {
    const { port } = await server(acl);
    const { redis, store } = connect(`redis://avian:p%40ss%2Fword@127.0.0.1:${port}`);
    await ready(redis);

    expect(await store.create('key', { value: 'v', expiresAt: soon(), indexes: ['i'] })).toBe(true);
  });

  it('is away to one who has the wrong password, which no line repeats', async () => {
    const { port } = await server(acl);
    const { redis, store, lines } = connect(`redis://avian:wrong-one@127.0.0.1:${port}`);

    await expect(ready(redis, 500)).rejects.toThrow(Unavailable);
    await expect(store.get('key')).rejects.toThrow(Unavailable);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'warn', reason: expect.stringContaining('WRONGPASS') });
    expect(inspect(lines)).not.toContain('wrong-one');
  });

  it('must show a certificate that the given one vouches for', async () => {
    const { url, ca, ...tls } = await startRedisTls();
    cleanup.add(() => tls[Symbol.asyncDispose]());
    const trusting = connect(url, ca);
    await ready(trusting.redis);
    const wary = connect(url);

    expect(await trusting.store.create('key', { value: 'v', expiresAt: soon() })).toBe(true);
    await expect(ready(wary.redis, 500)).rejects.toThrow(Unavailable);
    expect(wary.lines[0]?.['reason']).toContain('self-signed certificate');
  });
});
