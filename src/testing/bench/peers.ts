import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch } from '#src/infra/postgres/embedded.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { ALTERED_AVIAN, type Alterations } from '../altered-avian.ts';
import { freePort } from '../free-port.ts';
import { startRedis } from '../redis-server.ts';
import { createHttpClient } from './http-client.ts';
import { registerPeople } from './people.ts';
import type { Target } from './scenarios.ts';

/** A server in a process of its own, ready to be measured. */
export interface Peer extends AsyncDisposable {
  readonly name: string;
  readonly target: Target;
  readonly pid: number;
}

/** Where sessions, codes and interactions are kept. */
export type Store = 'redis' | 'postgres';

const RESOURCE = 'https://api.flock.example';
const REDIRECT_URI = 'https://dashboard.flock.example/callback';
const PERSON = { email: 'ada@bench.example', password: 'Correct horse battery staple 4!' };

const BARE = fileURLToPath(new URL('./bare-server.ts', import.meta.url));
const AVIAN = fileURLToPath(new URL('../../app/main.ts', import.meta.url));
const COMMAND_LINE = fileURLToPath(new URL('../../app/cli.ts', import.meta.url));

/** The library alone, with the same clients and person. */
export async function startBarePeer(flags: readonly string[]): Promise<Peer> {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const target = {
    issuer,
    web: { id: 'web', secret: 'a-secret-of-the-web-application', redirectUri: REDIRECT_URI },
    machine: { id: 'machine', secret: 'a-secret-of-the-machine' },
    resource: RESOURCE,
    person: PERSON,
  };
  const child = run([...flags, BARE, JSON.stringify(target)], {});
  await answers(issuer, child);
  return { name: 'bare', target, pid: Number(child.pid), [Symbol.asyncDispose]: () => end(child) };
}

/** Avian as operators run it: its own process, Postgres that syncs, Redis. With so many people. */
export async function startAvianPeer(flags: readonly string[], people: number): Promise<Peer> {
  await using starting = new AsyncDisposableStack();
  const env = starting.use(await layGround('redis')).env;
  const child = starting.adopt(run([...flags, AVIAN], env), end);
  await answers(env.AVIAN_ISSUER, child);
  const target = await register(env);
  const registered = await registerPeople(env, people);

  const started = starting.move();
  return {
    name: 'avian',
    target: { ...target, people: registered },
    pid: Number(child.pid),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** An installation, and what was put on it through its rooms. */
export interface Populated<Made> extends AsyncDisposable {
  readonly target: Target;
  readonly made: Made;
}

/**
 * Avian as operators run it, with what `populate` makes of its settings while it runs; on a Redis that is the
 * caller's, where one is named.
 */
export async function startPopulated<Made>(
  populate: (env: Environment) => Promise<Made>,
  redisUrl?: string,
): Promise<Populated<Made>> {
  await using starting = new AsyncDisposableStack();
  const env = starting.use(await layGround('redis', redisUrl)).env;
  await answers(env.AVIAN_ISSUER, starting.adopt(run([AVIAN], env), end));
  const target = await register(env);
  const made = await populate(env);

  const started = starting.move();
  return { target, made, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Two processes of one installation. */
export interface Pair extends AsyncDisposable {
  readonly target: Target;
  /** Where each listens; both are the issuer's, and answer to its Host only. */
  readonly addresses: readonly [string, string];
  /** The settings of both. */
  readonly env: Environment;
}

/** Avian twice, as behind a balancer: one database, one store, one issuer. Each altered, where it is told. */
export async function startAvianPair(
  store: Store,
  altered: readonly Alterations[] = [],
): Promise<Pair> {
  await using starting = new AsyncDisposableStack();
  const env = starting.use(await layGround(store)).env;
  const issuer = env.AVIAN_ISSUER;
  const port = String(await freePort());
  const other = `http://127.0.0.1:${port}`;
  const [one, two] = [0, 1].map((at) => programOf(altered[at]));
  await answers(issuer, starting.adopt(run(one ?? [], env), end));
  const second = starting.adopt(run(two ?? [], { ...env, PORT: port }), end);
  await answers(other, second, issuer);
  const target = await register(env);

  const started = starting.move();
  return {
    target,
    addresses: [issuer, other],
    env,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** An installation whose process can die, and is started again on what it left. */
export interface Mortal extends AsyncDisposable {
  readonly target: Target;
  /** Its settings, dead or alive. */
  readonly env: Environment;
  readonly databaseUrl: string;
  /** Ends the process where it stands (SIGKILL). */
  kill(): Promise<void>;
  /** Resolves once it serves again. */
  start(): Promise<void>;
}

/** Avian alone on its Postgres; its passwords cost as little as they can. */
export async function startMortal(): Promise<Mortal> {
  await using starting = new AsyncDisposableStack();
  const { env } = starting.use(await layGround('postgres'));
  let child: ChildProcess | undefined;
  const start = async () => {
    child = run(programOf({}), env);
    await answers(env.AVIAN_ISSUER, child);
  };
  const stop = async (signal?: NodeJS.Signals) => {
    if (child) await end(child, signal);
  };
  starting.defer(() => stop());
  await start();
  const target = await register(env);

  const started = starting.move();
  return {
    ...{ target, env, databaseUrl: env.DATABASE_URL, start },
    kill: () => stop('SIGKILL'),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function programOf(alterations: Alterations | undefined): readonly string[] {
  return alterations ? [ALTERED_AVIAN, JSON.stringify(alterations)] : [AVIAN];
}

/** What Avian stands on, and the settings that say so. */
async function layGround(store: Store, redisUrl?: string) {
  await using laying = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'avian-bench-'));
  laying.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = await launch({ dir: join(directory, 'pg'), logger: quiet });
  laying.defer(() => postgres.stop());
  const isOurs = store === 'redis' && redisUrl === undefined;
  const redis = isOurs ? laying.use(await startRedis()) : undefined;
  const port = await freePort();
  const env = {
    NODE_ENV: 'development',
    PORT: String(port),
    AVIAN_ISSUER: `http://127.0.0.1:${port}`,
    AVIAN_DATA_DIR: directory,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis?.url ?? redisUrl ?? '',
    LOG_LEVEL: 'warn',
    // All of the load comes from one address.
    AVIAN_RATE_LIMITS: 'off',
    AVIAN_SECRET_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    AVIAN_COOKIE_KEYS: randomBytes(32).toString('base64'),
  };
  const laid = laying.move();
  return { env, [Symbol.asyncDispose]: () => laid.disposeAsync() };
}

/** Registers through the command line, while the server runs. */
async function register(env: Environment & { AVIAN_ISSUER: string }): Promise<Target> {
  const avian = createCommandLine(env);
  await avian('tenant create --slug bench --name Bench');
  await avian(
    `user create --tenant bench --email ${PERSON.email} --name Ada --password-stdin --verified`,
  );
  const web = await avian(
    `client create --kind web --name Web --first-party --redirect-uri ${REDIRECT_URI} --id-token-alg ES256`,
  );
  const machine = await avian(
    `client create --kind machine --name Machine --resource ${RESOURCE} --scope read`,
  );
  return {
    issuer: env.AVIAN_ISSUER,
    resource: RESOURCE,
    person: PERSON,
    web: { ...credentialsIn(web), redirectUri: REDIRECT_URI },
    machine: credentialsIn(machine),
  };
}

export type Environment = Readonly<Record<string, string>>;

function createCommandLine(env: Environment) {
  return async (command: string): Promise<Record<string, unknown>> => {
    const args = [COMMAND_LINE, ...command.split(' '), '--json'];
    const running = promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...env },
    });
    running.child.stdin?.end(PERSON.password);
    return JSON.parse((await running).stdout) as Record<string, unknown>;
  };
}

function credentialsIn(answer: Record<string, unknown>): { id: string; secret: string } {
  return { id: String(answer['client_id']), secret: String(answer['client_secret']) };
}

function run(args: readonly string[], env: Environment): ChildProcess {
  return spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Waits until it answers; a server that ends before that is a failure at once. */
async function answers(address: string, child: ChildProcess, issuer = address): Promise<void> {
  using client = createHttpClient(1);
  const url = new URL('/.well-known/openid-configuration', address);
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    const up = await client.call({ url, headers: { host: new URL(issuer).host } }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (up) return;
    await pause(50);
  }
  throw new Error(`Nobody answers at ${address}.`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => console.error(message, fields),
};
