import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { findRunning } from '#src/infra/postgres/embedded.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { freePort } from '#src/testing/free-port.ts';
import { BadConfiguration } from './commands/failure.ts';
import { machineFiles } from './config/machine.ts';
import { start } from './start.ts';

describe('a start without configuration', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'avian-start-'));
    // As root the server runs as another account, which must get here.
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const begin = (env: Record<string, string>, said: string[]) =>
    start({
      env,
      files: machineFiles,
      clock: systemClock,
      ids: createIds(systemClock),
      write: (line) => void said.push(line),
      elapsed: () => 0,
    });
  const passwordIn = (said: readonly string[]) => /password\s+(\S+)/.exec(said.join(''))?.[1];

  it('brings a database, a person and two applications, and takes all of it down again', async () => {
    // Three in a row, of which the system gave us the first.
    const port = await freePort();
    const env = { AVIAN_DATA_DIR: join(folder, 'data'), PORT: String(port), LOG_LEVEL: 'warn' };
    const said: string[] = [];
    // Where the engine says what it was not told.
    const complaints = [vi.spyOn(console, 'info'), vi.spyOn(console, 'warn')];
    const instance = await begin(env, said);
    expect(said.join('')).toMatch(/Postgres .*Sessions .*Demo .*Sign in as .*Ready /s);
    for (const at of [port + 1, port + 2]) {
      const page = await (await fetch(`http://localhost:${at}/`)).text();
      expect(page).toContain('You are not signed in');
    }
    for (const spoken of complaints) expect(spoken).not.toHaveBeenCalled();
    await instance.stop();
    await expect(fetch(`http://localhost:${port}/jwks`)).rejects.toThrow('fetch failed');
    expect(await findRunning(join(folder, 'data/pg'))).toBeUndefined();

    const again: string[] = [];
    const second = await begin(env, again);
    await second.stop();
    expect(passwordIn(said)).toMatch(/^Demo-7-[\w-]{16}$/);
    expect(passwordIn(again)).toBe(passwordIn(said));
    expect(statSync(join(folder, 'data/demo.json')).mode & 0o777).toBe(0o600);
  }, 60_000);

  it('is refused in production, with everything that is missing by its name', async () => {
    const refused = begin({ NODE_ENV: 'production', AVIAN_DATA_DIR: join(folder, 'none') }, []);
    await expect(refused).rejects.toThrow(BadConfiguration);
    await expect(refused).rejects.toThrow(/AVIAN_ISSUER.*DATABASE_URL.*AVIAN_SECRET_KEYS/);
  });
});
