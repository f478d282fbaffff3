import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Unavailable } from '#src/kernel/faults.ts';
import { codeOf } from './errors.ts';

/** Whom the server runs as where that is not ourselves: Postgres refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where an embedded server keeps its things. */
export interface Place {
  /** Ours or the account's, closed to everybody else; holds all that follows but perhaps the socket. */
  readonly base: string;
  readonly data: string;
  /** The socket's directory, 0700: whoever can enter is trusted, so no password exists. */
  readonly run: string;
  readonly log: string;
  readonly account?: Account;
  /** Whether `base` lies below a directory that the account may not pass, such as a home of root's. */
  readonly hidden?: boolean;
}

/**
 * Makes the place for a server under `dir`.
 *
 * As root the server runs as the owner of what is there, else as nobody. A socket path that would be too
 * long goes under the temporary directory, where the link `run` leads.
 */
export async function settle(dir: string): Promise<Place> {
  await mkdir(dirname(resolve(dir)), { recursive: true });
  const base = join(await realpath(dirname(resolve(dir))), basename(resolve(dir)));
  await mkdir(base, { mode: 0o700 }).catch(unless('EEXIST'));
  const account = await accountFor(base);
  await own(base, account);
  const place = placeAt(base, await runFor(base, account), account);
  if (await isReachable(base, account)) return place;
  if (process.platform === 'linux') return { ...place, hidden: true };
  throw new Unavailable(
    `${base} is out of reach for the account that Postgres runs as: do not run as root`,
  );
}

/** The place that was made under `dir` before; nothing is made or changed. */
export async function recall(dir: string): Promise<Place> {
  const base = resolve(dir);
  const run = join(base, 'run');
  return placeAt(base, (await target(run)) ?? run, await accountFor(base));
}

function placeAt(base: string, run: string, account: Account | undefined): Place {
  return {
    base,
    data: join(base, 'data'),
    run,
    log: join(base, 'postgres.log'),
    ...(account ? { account } : {}),
  };
}

async function accountFor(base: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(join(base, 'data')).catch(unless('ENOENT'));
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : NOBODY;
}

const NOBODY: Account =
  process.platform === 'darwin' ? { uid: 4294967294, gid: 4294967294 } : { uid: 65534, gid: 65534 };

async function runFor(base: string, account: Account | undefined): Promise<string> {
  const run = join(base, 'run');
  if (isSocketPlace(run)) {
    await mkdir(run, { mode: 0o700 }).catch(unless('EEXIST'));
    await own(run, account);
    return run;
  }
  const known = await target(run);
  if (known !== undefined && (await stat(known).catch(unless('ENOENT')))) return known;
  await rm(run, { force: true });
  return makeAside(run, account);
}

/** A socket's path has 107 bytes (103 on macOS); the server's list of directories knows commas and quotes. */
function isSocketPlace(run: string): boolean {
  return Buffer.byteLength(`${run}/.s.PGSQL.5432`) <= 103 && !/[,"'\s]/.test(run);
}

/** Where what is private, or may be lost, can be put aside. */
export const TEMPORARY: readonly string[] = [...new Set([tmpdir(), '/tmp', '/var/tmp'])];

/** Makes a private directory for the socket, and `link` to it; or follows the link another process made first. */
async function makeAside(link: string, account: Account | undefined): Promise<string> {
  for (const parent of TEMPORARY) {
    const name = join(parent, 'avian-');
    if (!isSocketPlace(`${name}xxxxxx`) || !(await isReachable(name, account))) continue;
    const made = await mkdtemp(name).catch(unless('EACCES', 'EPERM', 'EROFS'));
    if (made === undefined) continue;
    await own(made, account);
    await symlink(made, link).catch(unless('EEXIST'));
    const linked = (await target(link)) ?? made;
    if (linked !== made) await rm(made, { recursive: true });
    return linked;
  }
  throw new Unavailable(
    `No directory for a socket could be made under any of ${TEMPORARY.join(', ')}`,
  );
}

/** Whether an account can get to `path`: every directory above it lets it through. */
export async function isReachable(path: string, account: Account | undefined): Promise<boolean> {
  if (!account) return true;
  for (let at = dirname(path); ; at = dirname(at)) {
    const found = await stat(at).catch(unless('ENOENT'));
    if (!found) return false;
    const { mode, uid, gid } = found;
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Gives a directory to the account, and closes it to all others. */
export async function own(directory: string, account: Account | undefined): Promise<void> {
  try {
    if (account) await chown(directory, account.uid, account.gid);
    await chmod(directory, 0o700);
  } catch (error) {
    throw new Unavailable(
      `${directory} belongs to another account: run as that one, or name another directory`,
      { cause: error },
    );
  }
}

async function target(link: string): Promise<string | undefined> {
  return readlink(link).catch(unless('ENOENT', 'EINVAL', 'ENOTDIR'));
}

/** Takes errors of these codes as "no". */
export function unless(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(codeOf(error))) throw error;
    return undefined;
  };
}
