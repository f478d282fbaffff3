import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { freePort } from '#src/testing/free-port.ts';
import { machineFiles } from './config/machine.ts';
import { start } from './start.ts';

const PROGRAM = fileURLToPath(new URL('main.ts', import.meta.url));

let database: TestDatabase;
let folder = '';
beforeAll(async () => {
  database = await anOwnDatabase();
  folder = mkdtempSync(join(tmpdir(), 'avian-stop-'));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function settings() {
  const port = await freePort();
  const env = {
    DATABASE_URL: database.url,
    AVIAN_DATA_DIR: folder,
    PORT: String(port),
    LOG_LEVEL: 'error',
  };
  return { port, env };
}

const statusOf = async (port: number, path: string) =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).status;

describe('an instance that is asked to stop', () => {
  it('is not ready any more, still answers for a while, and then takes nothing', async () => {
    const { port, env } = await settings();
    const grace = Promise.withResolvers<void>();
    const instance = await start({
      env,
      files: machineFiles,
      clock: systemClock,
      ids: createIds(systemClock),
      write: () => undefined,
      elapsed: () => 0,
      grace: () => grace.promise,
    });
    expect(await statusOf(port, '/api/health/ready')).toBe(200);
    const stopped = instance.stop();
    expect(await statusOf(port, '/api/health/ready')).toBe(503);
    expect(await statusOf(port, '/api/health/live')).toBe(200);
    const keys = await fetch(`http://localhost:${port}/jwks`);
    expect([keys.status, keys.headers.get('connection')]).toEqual([200, 'close']);
    grace.resolve();
    await stopped;
    await expect(statusOf(port, '/api/health/live')).rejects.toThrow('fetch failed');
  });
});

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ended: Promise<unknown[]>;
}

/** A process of its own, as a container runs it. */
async function run(): Promise<Running> {
  const { port, env } = await settings();
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of child.stdout) if (String(line).includes('Ready')) break;
  return { child, port, ended };
}

const FORM = 'grant_type=client_credentials';

/** A request whose first half has arrived. */
async function begin(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  const head = [
    'POST /token HTTP/1.1',
    `Host: localhost:${port}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${FORM.length}`,
    // The server says that it has begun.
    'Expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const [said] = (await once(socket, 'data')) as [Buffer];
  expect(String(said)).toContain('100 Continue');
  return socket;
}

const refusesConnections = (port: number) =>
  vi.waitFor(() => expect(statusOf(port, '/api/health/live')).rejects.toThrow('fetch failed'), {
    timeout: 10_000,
    interval: 20,
  });

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'answers at %s what is under way, and ends with 0',
    async (signal) => {
      const { child, port, ended } = await run();
      const slow = await begin(port);
      child.kill(signal);
      await refusesConnections(port);
      expect(child.exitCode).toBeNull();
      slow.write(FORM);
      expect(await text(slow)).toMatch(/^HTTP\/1\.1 400 [^]*invalid_request/);
      expect(await ended).toEqual([0, null]);
    },
    60_000,
  );

  it('ends with 1 when it is told again, whatever is under way', async () => {
    const { child, port, ended } = await run();
    const slow = await begin(port);
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    await refusesConnections(port);
    // An echo of the first signal is not a second word.
    expect(child.exitCode).toBeNull();
    await vi.waitFor(
      () => {
        child.kill('SIGTERM');
        expect(child.exitCode).toBe(1);
      },
      { timeout: 5000, interval: 20 },
    );
    expect(await ended).toEqual([1, null]);
    slow.destroy();
  }, 60_000);
});
