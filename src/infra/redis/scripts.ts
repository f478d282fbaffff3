import { readFileSync } from 'node:fs';
import { sha1 } from '#src/infra/crypto/digest.ts';
import type { RedisClient } from './client.ts';
import { reached } from './errors.ts';

/** Runs a script on its one key; says whether it answered 1. */
export type Script = (key: string, ...args: readonly (string | number)[]) => Promise<boolean>;

/**
 * The script `scripts/<name>.lua`. Sent by its fingerprint; in full where the server does not know it,
 * which it says before it has done anything.
 */
export function loadScript(client: RedisClient, name: string): Script {
  const lua = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
  const fingerprint = sha1(lua);

  async function run(key: string, args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await client.evalsha(fingerprint, 1, key, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return client.eval(lua, 1, key, ...args);
    }
  }

  return async (key, ...args) => (await reached(run(key, args))) === 1;
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
