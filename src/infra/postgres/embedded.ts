import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#src/kernel/ports.ts';
import { type Binaries, findBinaries, sourcesHere } from './embedded.binaries.ts';
import {
  answerOf,
  createDatabase,
  initialise,
  isAlive,
  majorOf,
  postmaster,
  start,
  stop,
  urlOf,
} from './embedded.cluster.ts';
import { type Place, recall, settle, unless } from './embedded.place.ts';

/** A server on this machine that answers: `url` leads to the database `avian`, over a socket. */
export interface RunningPostgres {
  readonly url: string;
  readonly version: string;
  readonly source: Binaries['source'];
}

export interface EmbeddedPostgres extends RunningPostgres {
  /** Stops the server, if it is ours to stop: one that a living process started stays. */
  stop(): Promise<void>;
}

export interface Launch {
  /** Belongs to the server alone; made when missing. */
  readonly dir: string;
  readonly logger: Logger;
  /** Further server settings; a test hurries it by some, at the cost of safety. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A real Postgres for a machine that has none running (ADR 0017): the npm package's programs, else the
 * system's, on a socket in a private directory, with no TCP and no password.
 *
 * A server that already runs there is used: of processes that launch at once, one starts it. One whose
 * starter is gone, killed perhaps, becomes ours, to be stopped by us.
 */
export async function launch({ dir, logger, settings = {} }: Launch): Promise<EmbeddedPostgres> {
  const place = await settle(dir);
  const running = await whatRuns(place);
  if (running) {
    await createDatabase(place);
    const adopted = await adopt(place);
    logger.info(
      { version: running.version, adopted },
      'Using the embedded Postgres that runs already',
    );
    return { ...running, stop: async () => (adopted ? stop(place) : undefined) };
  }

  const major = await majorOf(place);
  const binaries = await findBinaries(place, major, await sourcesHere());
  if (major === undefined) await initialise(place, binaries);
  const ours = await start(place, binaries, settings);
  const end = async () => (ours ? stop(place) : undefined);
  try {
    if (ours) await sign(place, binaries.source);
    await createDatabase(place);
  } catch (error) {
    await end();
    throw error;
  }
  const { version, source } = binaries;
  logger.info(
    { version, source, dir: place.base },
    ours ? 'Embedded Postgres started' : 'Embedded Postgres found',
  );
  return { url: urlOf(place), version, source, stop: end };
}

/** The server launched under `dir`, by whichever process, if it answers. */
export async function findRunning(dir: string): Promise<RunningPostgres | undefined> {
  return whatRuns(await recall(dir));
}

async function whatRuns(place: Place): Promise<RunningPostgres | undefined> {
  const version = await answerOf(place);
  if (version === undefined) return undefined;
  return { url: urlOf(place), version, source: (await signature(place))?.source ?? 'embedded' };
}

/** Whose server it is: the process that has to stop it, and the server that is meant. */
interface Signature {
  readonly pid: number;
  readonly server: number | undefined;
  readonly source: Binaries['source'];
}

async function sign(place: Place, source: Binaries['source']): Promise<void> {
  const mine: Signature = { pid: process.pid, server: await postmaster(place), source };
  const file = join(place.base, 'launcher.json');
  await writeFile(`${file}.${process.pid}`, JSON.stringify(mine));
  await rename(`${file}.${process.pid}`, file);
}

async function signature(place: Place): Promise<Signature | undefined> {
  const text = await readFile(join(place.base, 'launcher.json'), 'utf8').catch(
    unless('ENOENT', 'ENOTDIR'),
  );
  return text === undefined ? undefined : JSON.parse(text);
}

/** Takes over a server whose starter lives no more; whether it did. */
async function adopt(place: Place): Promise<boolean> {
  const owner = await signature(place);
  if (!owner || owner.server !== (await postmaster(place)) || (await isAlive(owner.pid)))
    return false;
  await sign(place, owner.source);
  return true;
}
