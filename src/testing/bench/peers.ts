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
import { freePort } from '../free-port.ts';
import { startRedis } from '../redis-server.ts';
import type { Target } from './scenarios.ts';

/** A server in a process of its own, ready to be measured. */
export interface Peer extends AsyncDisposable {
  readonly name: string;
  readonly target: Target;
  readonly pid: number;
}

const RESOURCE = 'https://api.flock.example';
const REDIRECT_URI = 'https://dashboard.flock.example/callback';
const PERSON = { email: 'ada@bench.example', password: 'correct horse battery staple' };

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

/** Avian as operators run it: its own process, Postgres that syncs, Redis. */
export async function startAvianPeer(flags: readonly string[]): Promise<Peer> {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'avian-bench-'));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = await launch({ dir: join(directory, 'pg'), logger: quiet });
  starting.defer(() => postgres.stop());
  const redis = starting.use(await startRedis());
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const env = {
    NODE_ENV: 'development',
    PORT: String(port),
    AVIAN_ISSUER: issuer,
    AVIAN_DATA_DIR: directory,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    LOG_LEVEL: 'warn',
    AVIAN_SECRET_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    AVIAN_COOKIE_KEYS: randomBytes(32).toString('base64'),
  };
  const child = starting.adopt(run([...flags, AVIAN], env), end);
  await answers(issuer, child);
  const clients = await register(env);

  const started = starting.move();
  const target = { issuer, ...clients, resource: RESOURCE, person: PERSON };
  return {
    name: 'avian',
    target,
    pid: Number(child.pid),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Registers through the command line, while the server runs. */
async function register(env: Environment): Promise<Pick<Target, 'web' | 'machine'>> {
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
    web: { ...credentialsIn(web), redirectUri: REDIRECT_URI },
    machine: credentialsIn(machine),
  };
}

type Environment = Readonly<Record<string, string>>;

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
async function answers(issuer: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    const up = await fetch(`${issuer}/.well-known/openid-configuration`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    await pause(50);
  }
  throw new Error(`Nobody answers at ${issuer}.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => console.error(message, fields),
};
