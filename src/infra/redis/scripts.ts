import { readFileSync } from 'node:fs';
import { sha1 } from '#src/infra/crypto/digest.ts';
import type { RedisClient } from './client.ts';
import { reached } from './errors.ts';

type Args = readonly (string | number)[];

/** Runs a script on its one key; says whether it answered 1. */
export type Script = (key: string, ...args: Args) => Promise<boolean>;

/** Runs a script on several keys, all in one hash slot; answers what it answered. */
export type Transaction = (keys: readonly string[], args: Args) => Promise<unknown>;

/** The script `scripts/<name>.lua`, as `loadTransaction` has it, for those of one key and two answers. */
export function loadScript(client: RedisClient, name: string): Script {
  const run = loadTransaction(client, name);
  return async (key, ...args) => (await run([key], args)) === 1;
}

/**
 * The script `scripts/<name>.lua`. Sent by its fingerprint; in full where the server does not know it,
 * which it says before it has done anything.
 */
export function loadTransaction(client: RedisClient, name: string): Transaction {
  const lua = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
  const fingerprint = sha1(lua);

  async function run(keys: readonly string[], args: Args): Promise<unknown> {
    try {
      return await client.evalsha(fingerprint, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return client.eval(lua, keys.length, ...keys, ...args);
    }
  }

  return (keys, args) => reached(run(keys, args));
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
