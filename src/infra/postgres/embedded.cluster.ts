import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Binaries } from './embedded.binaries.ts';
import { asSeenBy, commandIn, daemonIn } from './embedded.command.ts';
import { own, type Place, unless } from './embedded.place.ts';
import { codeOf } from './errors.ts';

const PORT = 5432;
const PAUSE_MS = 50;
const PATIENCE = 600;

export function urlOf(place: Place, database = 'avian'): string {
  return `postgres://avian@/${database}?host=${encodeURIComponent(place.run)}&port=${PORT}`;
}

/** The major version whose data is there. */
export async function majorOf(place: Place): Promise<number | undefined> {
  const text = await readFile(join(place.data, 'PG_VERSION'), 'utf8').catch(unless('ENOENT'));
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/** Makes the data directory aside and puts it in place whole, so that of two processes one prevails and none sees half. */
export async function initialise(place: Place, binaries: Binaries): Promise<void> {
  const fresh = await mkdtemp(`${place.data}.`);
  await own(fresh, place.account);
  const locale = process.platform === 'darwin' ? 'C' : 'C.UTF-8';
  const { code, output } = await commandIn(place, join(binaries.bin, 'initdb'), [
    ...['-D', asSeenBy(place, fresh), '-U', 'avian', '--auth=trust'],
    ...['--encoding=UTF8', `--locale=${locale}`, '--no-sync'],
  ]);
  if (code !== 0) throw new Unavailable(`initdb failed:\n${output}`);
  await rename(fresh, place.data).catch(unless('ENOTEMPTY', 'EEXIST'));
  await rm(fresh, { recursive: true, force: true });
}

/**
 * Starts the server and waits until it answers. `false` when another process was first: then theirs
 * answers by now. Data is synced as ever, so that a crash loses nothing that was committed.
 *
 * A session of its own keeps the terminal's Ctrl-C from it: whoever started it says when it stops.
 */
export async function start(
  place: Place,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
): Promise<boolean> {
  await clearStale(place);
  const all = {
    ...settings,
    listen_addresses: '',
    unix_socket_directories: asSeenBy(place, place.run),
    port: PORT,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = await daemonIn(place, join(binaries.bin, 'postgres'), [
    ...['-D', asSeenBy(place, place.data)],
    ...options,
  ]);

  for (let tries = 0; server.runs() || tries < PATIENCE; tries += 1) {
    const prevailing = await postmaster(place);
    if (prevailing === undefined && !server.runs()) break;
    if (prevailing !== undefined && (await answerOf(place)) !== undefined)
      return prevailing === server.pid;
    await sleep(PAUSE_MS);
  }
  throw new Unavailable(`The embedded Postgres did not start:\n${await lastLines(place.log)}`);
}

/** Stops the server in an orderly way, whoever started it; returns when it is gone. */
export async function stop(place: Place): Promise<void> {
  const pid = await postmaster(place);
  if (pid === undefined || !(await isServer(pid))) return;
  process.kill(pid, 'SIGINT'); // a "fast" shutdown: sessions are ended, what they had not committed is undone
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    if (!(await isAlive(pid))) return;
    await sleep(PAUSE_MS);
  }
  throw new Unavailable(`The embedded Postgres, process ${pid}, does not stop`);
}

/** The version of the server that answers here, waited for while it is starting or recovering; `undefined` when there is none. */
export async function answerOf(place: Place): Promise<string | undefined> {
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    try {
      const [row] = await ask(place, 'postgres', 'show server_version');
      return /^\S+/.exec(String(row?.['server_version']))?.[0];
    } catch (error) {
      if (!isPassing(error)) return unless('ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'EACCES')(error);
    }
    await sleep(PAUSE_MS);
  }
  return undefined;
}

/** Starting, recovering, or shutting down: soon it answers, or is gone. */
function isPassing(error: unknown): boolean {
  return (
    codeOf(error).startsWith('57P0') ||
    (error instanceof Error &&
      /connection (error|terminated)|ECONNRESET|EPIPE/i.test(error.message))
  );
}

/** Makes the database `avian` where it is missing. */
export async function createDatabase(place: Place): Promise<void> {
  const there = await ask(place, 'postgres', "select from pg_database where datname = 'avian'");
  if (there.length > 0) return;
  await ask(place, 'postgres', 'create database avian').catch(unless('42P04', '23505'));
}

async function ask(
  place: Place,
  database: string,
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = new Client({
    connectionString: urlOf(place, database),
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => undefined); // also rejects what is under way
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The server's process, if one lives: `postmaster.pid` may be left over from a crash. */
export async function postmaster(place: Place): Promise<number | undefined> {
  const text = await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch(unless('ENOENT'));
  const pid = Number.parseInt(text ?? '', 10);
  return pid > 1 && (await isAlive(pid)) ? pid : undefined;
}

/** A process that has ended and was not called for, as in a container whose first process does not, is dead. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    if (codeOf(error) !== 'EPERM') throw error; // EPERM: another account's
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(
    unless('ENOENT', 'ESRCH', 'EACCES'),
  );
  return !/\) Z [^)]*$/.test(status ?? '');
}

/**
 * After a crash, `postmaster.pid` may name a process that is dead but not yet called for, or by now
 * another program: Postgres would take either for a server, and not start. Where the system says so,
 * the file is removed; the one that a server of this moment has put there is not.
 */
async function clearStale(place: Place): Promise<void> {
  const file = join(place.data, 'postmaster.pid');
  const judged = await readFile(file, 'utf8').catch(unless('ENOENT'));
  if (judged === undefined || (await isServer(Number.parseInt(judged, 10)))) return;
  const aside = `${file}.${process.pid}`;
  await rename(file, aside).catch(unless('ENOENT'));
  const taken = await readFile(aside, 'utf8').catch(unless('ENOENT'));
  if (taken === judged) await rm(aside);
  else if (taken !== undefined) await rename(aside, file);
}

async function isServer(pid: number): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(unless('ENOENT', 'EACCES'));
  return name === undefined || name.trim() === 'postgres';
}

async function lastLines(log: string): Promise<string> {
  const text = (await readFile(log, 'utf8').catch(unless('ENOENT'))) ?? '';
  return text.trim().split('\n').slice(-10).join('\n');
}
