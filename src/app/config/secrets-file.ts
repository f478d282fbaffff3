import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ids } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { parseCookieKeys, parseSecretKeys, SECRET_KEY_BYTES, type Secrets } from './secrets.ts';

const FILE = 'secrets.json';

const PRIVATE = 0o700;
/** As root, the embedded server runs as another account, which has to get to its own directory. */
const PASSABLE = 0o711;

const stored = z.strictObject({ secretKeys: z.array(z.string()), cookieKeys: z.array(z.string()) });

/**
 * The secrets of an instance that was given none, kept in its data directory for the owner's eyes only
 * and made at first use; of processes that start at once all read the same. A damaged file is refused
 * and left as it is: what it sealed would be lost with it.
 */
export function openSecretsFile(dataDir: string, ids: Ids): Outcome<Secrets, string> {
  const path = join(dataDir, FILE);
  try {
    const text = readIfThere(path) ?? writeOnce(dataDir, path, ids);
    return parse(text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    return refused(`${FILE} in it can be neither read nor made (${code})`);
  }
}

function draw(ids: Ids): string {
  const secretKeys = [`k1:${ids.secret(SECRET_KEY_BYTES)}`];
  return `${JSON.stringify({ secretKeys, cookieKeys: [ids.secret()] }, null, 2)}\n`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** A link appears whole or not at all, and never over a file that another process put there first. */
function writeOnce(dataDir: string, path: string, ids: Ids): string {
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? PASSABLE : PRIVATE });
  const draft = `${path}.${ids.secret(8)}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, draw(ids));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (cause) {
    // Another process was first: its secrets are the ones.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8');
}

function parse(text: string): Outcome<Secrets, string> {
  const damaged = refused(
    `${FILE} in it is damaged; restore it, since what it sealed is lost without it`,
  );
  const held = stored.safeParse(readJson(text));
  if (!held.success) return damaged;
  const secretKeys = parseSecretKeys(held.data.secretKeys.join(','));
  const cookieKeys = parseCookieKeys(held.data.cookieKeys.join(','));
  if (!secretKeys.ok || !cookieKeys.ok) return damaged;
  return done({ secretKeys: secretKeys.value, cookieKeys: cookieKeys.value });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one more way of being damaged; the parser's message would repeat what it read.
    return undefined;
  }
}
