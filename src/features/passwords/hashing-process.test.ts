import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { createHashingProcess, type Job } from './hashing-process.ts';

const dir = mkdtempSync(join(tmpdir(), 'avian-hashing-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A program that does as the password says. */
const program = file(
  'obedient.mjs',
  `process.on('message', ({ id, job }) => {
    if (job.password === 'die') process.kill(process.pid, 'SIGKILL');
    if (job.password === 'say') process.send({ id, value: JSON.stringify({ pid: process.pid, env: process.env, argv: process.argv.slice(2), execArgv: process.execArgv }) });
    if (job.password === 'fail') process.send({ id, problem: 'no such thing' });
  });`,
);

const say: Job = { kind: 'verify', phc: '', password: 'say' };
const job = (password: string): Job => ({ ...say, password });

describe('the hashing process', () => {
  it('knows nothing of this one’s environment and arguments', async () => {
    vi.stubEnv('AVIAN_SECRET_KEYS', 'k-4711');
    await using hashing = createHashingProcess({ threads: 1, program });
    const told = JSON.parse(String(await hashing.ask(say)));
    expect(
      Object.keys(told.env).filter((name) => !/^(MALLOC_|UV_|NODE_CHANNEL)/.test(name)),
    ).toStrictEqual([]);
    expect(told.argv).toStrictEqual([]);
    expect(told.execArgv).toStrictEqual([]);
  });

  it('fails the jobs of a process that died, all of them, and starts another for the next', async () => {
    await using hashing = createHashingProcess({ threads: 2, program });
    const first = pidOf(await hashing.ask(say));
    const lost = await Promise.allSettled([hashing.ask(job('hang')), hashing.ask(job('die'))]);
    for (const ending of lost) {
      expect(ending).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
    }
    expect(pidOf(await hashing.ask(say))).not.toBe(first);
  });

  it('gives up a process that does not answer', async () => {
    await using hashing = createHashingProcess({ threads: 1, program, patienceMs: 300 });
    await expect(hashing.ask(job('hang'))).rejects.toBeInstanceOf(Unavailable);
  });

  it('tells a job that failed from a process that did', async () => {
    await using hashing = createHashingProcess({ threads: 1, program });
    await expect(hashing.ask(job('fail'))).rejects.toThrow('no such thing');
    await expect(hashing.ask(say)).resolves.toBeTypeOf('string');
  });

  it('ends with its owner’s disposal, and takes nothing more', async () => {
    const hashing = createHashingProcess({ threads: 1, program });
    const pid = pidOf(await hashing.ask(say));
    const lost = hashing.ask(job('hang')).catch((error: unknown) => error);
    await hashing[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
    expect(await lost).toBeInstanceOf(Unavailable);
    await expect(hashing.ask(say)).rejects.toBeInstanceOf(Unavailable);
  });

  it('can be waited for by a program that has nothing else to do', async () => {
    const owner = own('await hashing.ask(nothing); await hashing[Symbol.asyncDispose]();');
    expect(await endOf(owner)).toBe(0);
  });

  it('keeps no program from ending by itself', async () => {
    const owner = own('await hashing.ask(nothing);');
    expect(await endOf(owner)).toBe(0);
  });

  it('outlives Ctrl-C, and not its parent', async () => {
    const owner = own(
      'await hashing.ask(nothing); process.stdout.write("ready"); setInterval(() => {}, 1000);',
    );
    await new Promise((resolve) => owner.stdout?.once('data', resolve));
    const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await endOf(owner);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
  });
});

/** A process of its own that hashes by the real program, which notes its id on the way. */
function own(body: string) {
  const real = new URL('./worker.argon2.ts', import.meta.url).href;
  const noted = file(
    'noted.mjs',
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(join(dir, 'pid'))}, String(process.pid));
    await import(${JSON.stringify(real)});`,
  );
  const owner = file(
    'owner.mjs',
    `import { createHashingProcess } from ${JSON.stringify(new URL('./hashing-process.ts', import.meta.url).href)};
    const hashing = createHashingProcess({ threads: 1, program: new URL(${JSON.stringify(noted.href)}) });
    const nothing = { kind: 'hash', password: 'x', cost: { memoryKiB: 8, passes: 1, lanes: 1 } };
    ${body}`,
  );
  return spawn(process.execPath, [owner.pathname], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function file(name: string, text: string): URL {
  writeFileSync(join(dir, name), text);
  return pathToFileURL(join(dir, name));
}

function pidOf(said: boolean | string): number {
  return JSON.parse(String(said)).pid;
}

function endOf(child: ReturnType<typeof own>): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // There is no such process.
    return false;
  }
}
