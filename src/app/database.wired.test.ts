import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { findRunning, launch } from '#src/infra/postgres/embedded.ts';
import { avian, objectOf } from './commands/bench.ts';
import { createWarnings } from './commands/terminal.ts';
import { configOf } from './config/bench.ts';
import { openDatabase } from './database.ts';

const { logger } = createWarnings();
const ids = createIds();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'avian-data-'));
  // As root the server runs as another account, which must get here.
  chmodSync(folder, 0o755);
});

afterEach(() => rmSync(folder, { recursive: true }));

const dataDir = () => join(folder, 'data');
const isRunning = async () => (await findRunning(join(dataDir(), 'pg'))) !== undefined;

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** A process that starts the server, says so, and stays. */
const STARTER = `
  import { launch } from ${url('../infra/postgres/embedded.ts')};
  const quiet = () => undefined;
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  await launch({ dir: process.env.AVIAN_DATA_DIR + '/pg', logger });
  process.stdout.write('started');
  setInterval(quiet, 1000);
`;

function open() {
  const { config } = configOf({ AVIAN_DATA_DIR: dataDir() });
  return openDatabase({ config, logger, ids });
}

describe('the embedded database', () => {
  it('stops with the last who used it when the process that started it was killed', async () => {
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', STARTER], {
      env: { AVIAN_DATA_DIR: dataDir() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = new Promise((resolve) => starter.once('exit', resolve));
    await new Promise((resolve) => starter.stdout.once('data', resolve));
    const database = await open();
    starter.kill('SIGKILL');
    await gone;
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database[Symbol.asyncDispose]();
    expect(await isRunning()).toBe(false);
  });

  it('is left alone where it ran before', async () => {
    const server = await launch({ dir: join(dataDir(), 'pg'), logger });
    await (await open())[Symbol.asyncDispose]();
    expect(await isRunning()).toBe(true);
    await server.stop();
  });

  it('serves two commands that start at once in an empty folder, and nothing is left running', async () => {
    const env = { AVIAN_DATA_DIR: dataDir() };
    const create = (slug: string) =>
      avian(['tenant', 'create', '--slug', slug, '--name', 'Flock', '--json'], env);
    const [one, two] = await Promise.all([create('flock-one'), create('flock-two')]);
    expect([objectOf(one)['slug'], objectOf(two)['slug']]).toEqual(['flock-one', 'flock-two']);
    expect(await isRunning()).toBe(false);
    const secrets = readFileSync(join(dataDir(), 'secrets.json'), 'utf8');
    expect(JSON.parse(secrets)).toMatchObject({ secretKeys: [expect.any(String)] });
    expect(existsSync(join(dataDir(), 'pg/data/postmaster.pid'))).toBe(false);
  }, 90_000);
});
