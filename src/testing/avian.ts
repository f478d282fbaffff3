import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';
import { type Avian, compose } from '#src/app/compose.ts';
import type { Config } from '#src/app/config/config.ts';
import type { Secrets } from '#src/app/config/secrets.ts';
import type { Rooms } from '#src/app/rooms.ts';
import { LOWEST_COST } from '#src/features/passwords/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createLogContext } from '#src/infra/log/context.ts';
import { connect } from '#src/infra/postgres/pool.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { inFrontOf } from './bouncer.ts';
import { createWorldClock, type TestClock } from './clock.ts';
import { aDatabase, aRedis } from './database.ts';
import { createPost, type Post } from './post.ts';

export interface AvianOptions {
  /** Where sessions and codes are kept; Redis unless told. */
  readonly store?: 'redis' | 'postgres';
  /** Another Redis, or a way to it. */
  readonly redisUrl?: string;
  /** A database of the test's own, for what concerns a whole server. */
  readonly databaseUrl?: string;
  /** The public address, where a proxy stands in front. */
  readonly issuer?: string;
  readonly config?: Partial<Config>;
  /** The pace of answers that could tell; as good as none unless told. */
  readonly paceMs?: number;
  /** An instance beside another: the same clock, the same issuer. */
  readonly clock?: TestClock;
}

/** A running instance. Everything is real but the clock and the cost of a hash. */
export interface RunningAvian extends Post, AsyncDisposable {
  /** Where it listens, over plain http. */
  readonly url: string;
  readonly issuer: string;
  readonly clock: TestClock;
  readonly rooms: Rooms;
  readonly avian: Avian;
  /** What was logged as a warning or an error: nothing, unless a test made it so. */
  readonly complaints: readonly string[];
}

export const TEST_SECRETS: Secrets = {
  secretKeys: [{ id: 'test', key: Buffer.alloc(32, 'avian test secret key, 32 bytes.') }],
  cookieKeys: ['a cookie key that only the tests have'],
};

/** Starts an instance in this process, on a port that the system gives. */
export async function startAvian(options: AvianOptions = {}): Promise<RunningAvian> {
  await using starting = new AsyncDisposableStack();
  const clock = options.clock ?? starting.use(createWorldClock());
  const complaints: string[] = [];
  const logger = listening(complaints);
  const server = starting.adopt(await listen(), closeServer);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = configOf(options, url);

  const pool = await connect(
    { ...config.database, url: pooled(options.databaseUrl ?? (await aDatabase())) },
    logger,
    { sleep: () => Promise.resolve(), random: () => 0 },
  );
  starting.defer(() => pool.end());
  const avian = starting.use(
    await compose(
      config,
      TEST_SECRETS,
      { pool },
      {
        clock,
        ids: createIds(clock),
        logger,
        logContext: createLogContext(),
        hashing: { cost: LOWEST_COST, forTests: true },
        paceMs: options.paceMs ?? 1,
        checks: true,
      },
    ),
  );
  server.on('request', avian.handler);

  const running = starting.move();
  const { issuer } = config;
  const { rooms } = avian.core;
  return {
    url,
    issuer,
    clock,
    rooms,
    avian,
    complaints,
    ...createPost(avian),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Through PgBouncer, where the run is to show that it makes no difference. */
function pooled(url: string): string {
  const dir = inject('bouncerDir');
  return dir === undefined ? url : inFrontOf(dir, url);
}

function configOf(
  { store = 'redis', redisUrl, issuer, config }: AvianOptions,
  url: string,
): Config {
  return {
    production: false,
    issuer: issuer ?? url,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'warn',
    trustProxy: { kind: 'none' },
    dataDir: '',
    database: {
      poolSize: 10,
      poolWaitMs: 1000,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 1500,
      idleTimeoutMs: 10_000,
      embeddedAllowed: false,
    },
    ...(store === 'redis' && { redis: { url: redisUrl ?? aRedis() } }),
    cookies: { sameSite: 'strict', secure: issuer?.startsWith('https:') ?? false },
    fetchAllow: ['127.0.0.1', 'localhost'],
    mail: { from: 'no-reply@avian.example' },
    // All tests come from one address, and most in one moment.
    limits: 'off',
    audit: { days: 365 },
    passwords: { memoryKiB: 8, iterations: 1, parallelism: 1, concurrency: 2, queue: 100 },
    ...config,
  };
}

async function listen(): Promise<Server> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}

/** Keeps what a silent test would hide. */
function listening(complaints: string[]): Logger {
  const complain = (fields: object, message: string) =>
    void complaints.push(`${message} ${describe(fields)}`);
  return { debug: () => undefined, info: () => undefined, warn: complain, error: complain };
}

function describe(fields: object): string {
  const error: unknown = Reflect.get(fields, 'err');
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(fields);
}
