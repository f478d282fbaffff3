import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Place } from './embedded.place.ts';

export interface Ending {
  readonly code: number;
  readonly output: string;
}

/** What the programs see of our environment: no secrets to keep, no PG* variables in the way. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };

/** Under which a program finds the directory that was opened for it, since it could not do so itself. */
const HANDED = '/proc/self/fd/3';

/** How the account of `place` names one of its paths. */
export function asSeenBy({ hidden, base }: Place, path: string): string {
  return hidden && path.startsWith(`${base}/`) ? HANDED + path.slice(base.length) : path;
}

/** Runs a program to its end, with our own rights. */
export function command(file: string, args: readonly string[]): Promise<Ending> {
  return ending(
    spawn(file, args, { cwd: '/', env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

/** Runs a program to its end, as whom the server runs. */
export async function commandIn(
  place: Place,
  file: string,
  args: readonly string[],
): Promise<Ending> {
  await using folder = await open(place.base, 'r');
  return await ending(
    spawn(file, args, {
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe', folder.fd],
      ...place.account,
    }),
  );
}

function ending(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: output.trim() }));
  });
}

export interface Daemon {
  readonly pid: number | undefined;
  runs(): boolean;
}

/** Starts a program that lives on without us, in a session of its own; what it says goes to the place's log. */
export async function daemonIn(
  place: Place,
  file: string,
  args: readonly string[],
): Promise<Daemon> {
  await using folder = await open(place.base, 'r');
  await using log = await open(place.log, 'a', 0o600);
  const child = spawn(file, args, {
    cwd: '/',
    env: ENVIRONMENT,
    stdio: ['ignore', log.fd, log.fd, folder.fd],
    detached: true,
    ...place.account,
  });
  let failed = false;
  child.on('error', () => {
    failed = true;
  });
  child.unref();
  return {
    pid: child.pid,
    runs: () => !failed && child.exitCode === null && child.signalCode === null,
  };
}
