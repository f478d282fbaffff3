import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '#src/kernel/faults.ts';
import { command } from './embedded.command.ts';
import { PACKAGE, packageRoot, usable } from './embedded.package.ts';
import { type Place, TEMPORARY, unless } from './embedded.place.ts';

export interface Binaries {
  readonly bin: string;
  /** As the server tells it: `18.4`. */
  readonly version: string;
  readonly source: 'embedded' | 'system';
}

/** Where programs may be found on this machine. */
export interface Sources {
  /** The folder of the npm package for this platform. */
  readonly packageRoot: string | undefined;
  /** Directories of programs that are already installed, the newest first. */
  readonly directories: readonly string[];
  /** Where the package's programs may be copied to, where beside the data will not do. */
  readonly shelters: readonly string[];
}

const OLDEST = 15;

/**
 * The programs to run a server with: those of the npm package, else the newest that are installed; and
 * only such as fit `major`, where there is data already. Says the ways out when there are none.
 */
export async function findBinaries(
  place: Place,
  major: number | undefined,
  sources: Sources,
): Promise<Binaries> {
  const seen: string[] = [];
  const candidates = [
    () => embedded(sources, place),
    ...sources.directories.map((bin) => () => probe(bin, 'system')),
  ];
  for (const find of candidates) {
    const found = await find();
    if (typeof found === 'string') seen.push(found);
    else if (major === undefined || major === majorOf(found)) return found;
    else seen.push(`${found.source} ${found.version}`);
  }
  throw new Unavailable(major === undefined ? waysOut(seen) : mismatch(place, major, seen));
}

export async function sourcesHere(): Promise<Sources> {
  return {
    packageRoot: packageRoot(),
    directories: await systemDirectories(),
    shelters: ['/var/lib', ...TEMPORARY],
  };
}

function majorOf(binaries: Binaries): number {
  return Number.parseInt(binaries.version, 10);
}

function waysOut(seen: readonly string[]): string {
  return [
    `There is no PostgreSQL to start (${seen.join('; ') || 'none was found'}). One of these helps:`,
    `install the optional package ${PACKAGE} (npm ci does, unless told to omit it);`,
    `install PostgreSQL ${OLDEST} or newer on this machine;`,
    'or set DATABASE_URL to a server that runs elsewhere, for instance that of docker-compose.yml.',
  ].join('\n  ');
}

function mismatch(place: Place, major: number, seen: readonly string[]): string {
  return [
    `The database in ${place.data} was made by PostgreSQL ${major}, and there is only: ${seen.join('; ') || 'none'}.`,
    `Install PostgreSQL ${major}; or dump the data there and restore it here (pg_dump, psql);`,
    'or, if nothing in it is needed, remove that directory and start anew.',
  ].join('\n  ');
}

/** A `string` says why not. */
async function embedded(sources: Sources, place: Place): Promise<Binaries | string> {
  const root = sources.packageRoot;
  if (root === undefined) return `${PACKAGE} is not installed`;
  const bin = await usable(root, place, sources.shelters);
  return bin === undefined
    ? `${PACKAGE} is out of the server's reach, and cannot be copied to ${sources.shelters.join(', ')}`
    : probe(bin, 'embedded');
}

/** What pg_config says, and where distributions put them. */
async function systemDirectories(): Promise<readonly string[]> {
  const asked = await command('pg_config', ['--bindir']).catch(unless('ENOENT', 'EACCES'));
  const found = asked?.code === 0 ? [asked.output] : [];
  for (const [parent, child] of PARENTS) {
    for (const name of (await readdir(parent).catch(unless('ENOENT', 'EACCES', 'ENOTDIR'))) ?? []) {
      if (child.test(name)) found.push(join(parent, name, 'bin'));
    }
  }
  return [...new Set(found)].toSorted((a, b) => numberIn(b) - numberIn(a));
}

const PARENTS: readonly (readonly [string, RegExp])[] = [
  ['/usr/lib/postgresql', /^\d+$/],
  ['/usr', /^pgsql-\d+$/],
  ['/opt/homebrew/opt', /^postgresql@\d+$/],
  ['/usr/local/opt', /^postgresql@\d+$/],
];

function numberIn(path: string): number {
  return Number(/(\d+)\/bin$/.exec(path)?.[1] ?? 0);
}

/** Whether the programs are all there and run on this machine: a binary for another C library does not. */
async function probe(bin: string, source: Binaries['source']): Promise<Binaries | string> {
  const server = join(bin, 'postgres');
  const answer = await command(server, ['--version']).catch((error: Error) => ({
    code: 1,
    output: error.message,
  }));
  const version = /(\d+(?:\.\d+)?)/.exec(answer.output)?.[1];
  if (answer.code !== 0 || version === undefined)
    return `${server} does not run here: ${answer.output}`;
  if (Number.parseInt(version, 10) < OLDEST) return `${server} is ${version}, older than ${OLDEST}`;
  if (!(await stat(join(bin, 'initdb')).catch(unless('ENOENT')))) return `${bin} has no initdb`;
  return { bin, version, source };
}
