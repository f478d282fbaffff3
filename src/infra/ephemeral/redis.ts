import { ping, type RedisClient } from '#src/infra/redis/client.ts';
import { reached } from '#src/infra/redis/errors.ts';
import { createKeys } from '#src/infra/redis/keys.ts';
import { loadScript, type Script } from '#src/infra/redis/scripts.ts';
import { type Clock, fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { instantOf, LINGER, nameOf, partsOf } from './names.ts';
import type { Draft, Entry, EphemeralStore } from './port.ts';

export interface RedisStoreParts {
  readonly redis: RedisClient;
  readonly clock: Clock;
  /** Keeps stores on one server apart. */
  readonly namespace?: string;
}

/**
 * The ephemeral store in Redis. An entry is a hash: `v` its value, `e` when it expires, `s` when it was
 * spent, `b` where it is a grave, `p:<name>` each part. An index is a sorted set, scored by expiry.
 *
 * What decides is one script on one key, so that it is atomic on a cluster too; an index is a key of its
 * own, written before the entry. The server's expiry only tidies.
 */
export function createRedisStore({ redis, clock, namespace }: RedisStoreParts): EphemeralStore {
  const entry = createKeys('ephemeral', 'entry', namespace);
  const index = createKeys('ephemeral', 'index', namespace);
  const scripts = loadScripts(redis);
  const now = () => clock.now().getTime();

  /** What each script that writes is told of time: now, the end, and how long the server keeps it. */
  function span(end: Date): Span {
    const [at, until] = [now(), instantOf(end).getTime()];
    return [at, until, Math.max(1, until - at + LINGER)];
  }

  /** Of what may be a session Redis keeps the end too (P08): nothing is added to more than a minute. */
  function exactSpan(end: Date): Span {
    const [at, until] = span(end);
    return [at, until, Math.max(LINGER, until - at)];
  }

  async function enlist(key: string, { indexes = [], expiresAt }: Draft): Promise<void> {
    const [at, end, ttl] = span(expiresAt);
    const names = indexes.map((name) => index(nameOf(name)));
    await Promise.all(names.map((name) => scripts.enlist(name, at - LINGER, end, ttl, key)));
  }

  async function write(script: Script, key: string, draft: Draft, time: Span): Promise<boolean> {
    const name = entry(nameOf(key));
    await enlist(key, draft);
    const { written, removed } = partsOf(draft);
    const parts = [written.length, ...written.flat(), ...removed];
    return script(name, ...time, draft.value, ...parts);
  }

  return {
    async get(key) {
      return readEntry(await reached(redis.hgetall(entry(nameOf(key)))), clock.now());
    },
    put: async (key, draft) => write(scripts.put, key, draft, exactSpan(draft.expiresAt)),
    create: async (key, draft) => write(scripts.create, key, draft, span(draft.expiresAt)),
    async swap(key, expected, next, expiresAt) {
      return scripts.swap(entry(nameOf(key)), ...span(expiresAt), expected, next);
    },
    spend: async (key) => scripts.spend(entry(nameOf(key)), now()),
    remove: async (key) => scripts.remove(entry(nameOf(key)), now()),
    bury: async (key, until) => scripts.bury(entry(nameOf(key)), ...span(until)),
    async members(name) {
      return reached(redis.zrangebyscore(index(nameOf(name)), `(${now()}`, '+inf'));
    },
    sweep: async () => 0,
    async ping() {
      const start = performance.now();
      await ping(redis);
      return performance.now() - start;
    },
  };
}

type Span = [now: number, end: number, ttl: number];

function loadScripts(redis: RedisClient) {
  const load = (name: string) => loadScript(redis, `ephemeral-${name}`);
  return {
    put: load('put'),
    create: load('create'),
    swap: load('swap'),
    spend: load('spend'),
    remove: load('remove'),
    bury: load('bury'),
    enlist: load('enlist'),
  };
}

function readEntry(fields: Readonly<Record<string, string>>, now: Date): Entry | undefined {
  const { v: value, e: end, s: spent } = fields;
  if (value === undefined || Number(end) <= now.getTime()) return undefined;
  const parts = Object.entries(fields).filter(([field]) => field.startsWith('p:'));
  return {
    value,
    expiresAt: fromEpochMilliseconds(Number(end)),
    parts: Object.fromEntries(parts.map(([field, text]) => [field.slice(2), text])),
    ...(spent !== undefined && { spentAt: fromEpochMilliseconds(Number(spent)) }),
  };
}
