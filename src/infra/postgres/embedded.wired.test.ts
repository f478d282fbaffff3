import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { aLedger } from './bench.ts';
import { findBinaries, sourcesHere } from './embedded.binaries.ts';
import { isAlive } from './embedded.cluster.ts';
import { isReachable, type Place } from './embedded.place.ts';
import { type EmbeddedPostgres, findRunning, launch } from './embedded.ts';

const ROOT = process.getuid?.() === 0;
const NOBODY = { uid: 65534, gid: 65534 };
/** An account that every system has, and that is not the server's by default. */
const DAEMON = { uid: 1, gid: 1 };
const logger = aLedger();

let prepared: string;
let dir: string;
let servers: EmbeddedPostgres[];
let children: ChildProcess[];

beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), 'avian-pg-'));
  await chmod(prepared, 0o755);
  const server = await launch({ dir: join(prepared, 'pg'), logger });
  await ask(server.url, 'create table kept (n int)', 'insert into kept values (7)');
  await server.stop();
});
afterAll(() => rm(prepared, { recursive: true }));

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'avian-pg-')));
  await chmod(dir, 0o755);
  servers = [];
  children = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  for (const child of children) await end(child, 'SIGKILL');
  await rm(dir, { recursive: true });
});

async function start(at = join(dir, 'pg')): Promise<EmbeddedPostgres> {
  const server = await launch({ dir: at, logger });
  servers.push(server);
  return server;
}

/** A server's place as an earlier run left it, which saves its making. */
async function before(): Promise<void> {
  await promisify(execFile)('cp', ['-a', join(prepared, 'pg'), join(dir, 'pg')]);
}

async function ask(
  url: string,
  ...statements: string[]
): Promise<Record<string, unknown> | undefined> {
  const client = new Client({ connectionString: url, application_name: 'avian-test' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let row: Record<string, unknown> | undefined;
    for (const statement of statements)
      [row] = (await client.query<Record<string, unknown>>(statement)).rows;
    return row;
  } finally {
    await client.end();
  }
}

async function postmasterOf(at = join(dir, 'pg')): Promise<number> {
  return Number.parseInt(await readFile(join(at, 'data/postmaster.pid'), 'utf8'), 10);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

const SCRIPT = `
  const { launch } = await import(process.argv[1]);
  let started = false;
  const write = (fields, message) => { started ||= message === 'Embedded Postgres started'; };
  const logger = { debug: write, info: write, warn: write, error: write };
  const server = await launch({ dir: process.argv[2], logger });
  console.log(JSON.stringify({ ...server, started }));
  process.stdin.on('data', async () => { await server.stop(); process.exit(0); });`;

/** Another process that launches, and holds on until it is written to, or killed. */
async function another(at: string, account: Partial<typeof DAEMON> = {}) {
  const module = new URL('./embedded.ts', import.meta.url);
  const args = ['--input-type=module', '-e', SCRIPT, module.href, at];
  // Without the rights to read the project, the account is lent that one right of root's.
  const open = account.uid === undefined || (await isReachable(fileURLToPath(module), DAEMON));
  const lend = [
    '--reuid=1',
    '--regid=1',
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  const child = open
    ? spawn(process.execPath, args, { ...account, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] })
    : spawn('setpriv', [...lend, process.execPath, ...args], {
        cwd: '/',
        stdio: ['pipe', 'pipe', 'inherit'],
      });
  children.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  const told: { url: string; started: boolean } = JSON.parse(String(line));
  return {
    ...told,
    async stop() {
      const exit = once(child, 'exit');
      child.stdin.write('stop\n');
      await exit;
    },
    kill: () => end(child, 'SIGKILL'),
  };
}

describe('launch', () => {
  test('starts a server with the database avian, on a private socket only, with data synced', async () => {
    const server = await start();
    expect(server).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+$/),
      source: expect.any(String),
    });
    expect(
      await ask(
        server.url,
        `select current_database() as name, pg_encoding_to_char(encoding) as encoding,
      current_setting('listen_addresses') as tcp, current_setting('fsync') as fsync from pg_database where datname = 'avian'`,
      ),
    ).toEqual({ name: 'avian', encoding: 'UTF8', tcp: '', fsync: 'on' });
    for (const part of ['.', 'run', 'data']) {
      expect((await stat(join(dir, 'pg', part))).mode & 0o777, part).toBe(0o700);
    }
    expect((await stat(join(dir, 'pg'))).uid).toBe(ROOT ? NOBODY.uid : process.getuid?.());
    const environment = await readFile(`/proc/${await postmasterOf()}/environ`, 'utf8');
    expect(environment.split('\0').filter((entry) => /^(LD_|NODE|npm|HOME)/.test(entry))).toEqual(
      [],
    );
  });

  test('stops what it started, and finds the data there the next time', async () => {
    await before();
    const first = await start();
    await ask(first.url, 'update kept set n = 8');
    const pid = await postmasterOf();
    await first.stop();
    expect(await isAlive(pid)).toBe(false);
    expect(await findRunning(join(dir, 'pg'))).toBeUndefined();
    await first.stop();
    const second = await start();
    expect(await ask(second.url, 'select n from kept')).toEqual({ n: 8 });
  });

  test('uses a server that another process runs, and leaves it to that one', async () => {
    await before();
    const theirs = await another(join(dir, 'pg'));
    const ours = await start();
    expect(ours.url).toBe(theirs.url);
    await ours.stop();
    expect(await ask(theirs.url, 'select 1 as here')).toEqual({ here: 1 });
    await theirs.stop();
    expect(await findRunning(join(dir, 'pg'))).toBeUndefined();
  });

  test('starts one server, of processes that launch at once on a new directory', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => another(join(dir, 'pg'))));
    expect(all.filter(({ started }) => started)).toHaveLength(1);
    for (const { url } of all) expect(await ask(url, 'select 1 as here')).toEqual({ here: 1 });
    expect((await readdir(join(dir, 'pg'))).filter((name) => name.startsWith('data'))).toEqual([
      'data',
    ]);
    for (const one of all.toSorted((a, b) => Number(a.started) - Number(b.started)))
      await one.stop();
  });

  test('starts one server, of calls at once in one process', async () => {
    const all = await Promise.all([start(), start()]);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    expect(await ask(all[0].url, 'select 1 as here')).toEqual({ here: 1 });
  });

  test('takes over a server whose starter was killed, and stops it in the end', async () => {
    await before();
    const theirs = await another(join(dir, 'pg'));
    const pid = await postmasterOf();
    await theirs.kill();
    expect(await isAlive(pid)).toBe(true);
    const ours = await start();
    expect(await postmasterOf()).toBe(pid);
    await ours.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  test('recovers what was committed when the server itself was killed', async () => {
    await before();
    const first = await start();
    await ask(first.url, 'update kept set n = 8');
    const pid = await postmasterOf();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
    const second = await start();
    expect(await ask(second.url, 'select n from kept')).toEqual({ n: 8 });
  });

  test('is not deterred by a postmaster.pid that names another program by now', async () => {
    await before();
    const stranger = spawn('sleep', ['600'], ROOT ? NOBODY : {});
    children.push(stranger);
    const file = join(dir, 'pg/data/postmaster.pid');
    await writeFile(
      file,
      [stranger.pid, join(dir, 'pg/data'), 1, 5432, join(dir, 'pg/run'), '', '    1   1', ''].join(
        '\n',
      ),
    );
    if (ROOT) await chown(file, NOBODY.uid, NOBODY.gid);
    const server = await start();
    expect(await ask(server.url, 'select 1 as here')).toEqual({ here: 1 });
    expect(stranger.exitCode).toBeNull();
  });

  test('says which version made the data where it is not to be had', async () => {
    await before();
    await writeFile(join(dir, 'pg/data/PG_VERSION'), '9\n');
    await expect(launch({ dir: join(dir, 'pg'), logger })).rejects.toThrow(
      'was made by PostgreSQL 9',
    );
  });

  test('tells what the server said when it does not start', async () => {
    await before();
    await writeFile(join(dir, 'pg/data/postgresql.conf'), 'no_such_setting = 1\n');
    const fault = await launch({ dir: join(dir, 'pg'), logger }).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Unavailable);
    expect(String(fault)).toContain('no_such_setting');
  });

  test('works below a directory closed to others', async () => {
    const home = join(dir, 'home');
    await mkdir(home, { mode: 0o700 });
    const at = join(home, 'avian/.avian/pg');
    const first = await start(at);
    await ask(first.url, 'create table kept (n int)', 'insert into kept values (7)');
    expect(await findRunning(at)).toMatchObject({ url: first.url });
    await first.stop();
    const second = await start(at);
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select n from kept')).toEqual({ n: 7 });
    expect(await readdir(join(at, 'data'))).toContain('PG_VERSION');
  });

  test('works where the path is too long for a socket, or has characters in it that the server minds', async () => {
    const at = join(dir, `it's a "long", long way `.repeat(4), 'pg');
    const first = await start(at);
    const run = await realpath(join(at, 'run'));
    expect(Buffer.byteLength(`${run}/.s.PGSQL.5432`)).toBeLessThan(104);
    expect((await stat(run)).mode & 0o777).toBe(0o700);
    expect(await findRunning(at)).toMatchObject({ url: first.url });
    await first.stop();
    await rm(run, { recursive: true });
    const second = await start(at);
    expect(await ask(second.url, 'select 1 as here')).toEqual({ here: 1 });
    await second.stop();
    await rm(await realpath(join(at, 'run')), { recursive: true });
  });

  test('works without root’s rights, and for root then as whom the data belongs to', async () => {
    const at = join(dir, 'theirs');
    await mkdir(at);
    if (ROOT) await chown(at, DAEMON.uid, DAEMON.gid);
    const theirs = await another(join(at, 'pg'), ROOT ? DAEMON : {});
    expect(await ask(theirs.url, 'select 1 as here')).toEqual({ here: 1 });
    await theirs.stop();
    expect(await findRunning(join(at, 'pg'))).toBeUndefined();
    const ours = await start(join(at, 'pg'));
    expect(await ask(ours.url, 'select 1 as here')).toEqual({ here: 1 });
    const { uid } = await stat(`/proc/${await postmasterOf(join(at, 'pg'))}`);
    expect(uid).toBe(ROOT ? DAEMON.uid : process.getuid?.());
  });
});

describe('findRunning', () => {
  test('finds nothing where nothing was launched, and makes nothing there', async () => {
    expect(await findRunning(join(dir, 'nothing/pg'))).toBeUndefined();
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('the programs of the npm package', () => {
  let root: string;
  let place: Place;

  /** The package as npm leaves it with install scripts blocked. */
  beforeEach(async () => {
    const { packageRoot } = await sourcesHere();
    root = join(dir, 'node_modules/package');
    await cp(packageRoot ?? '', root, { recursive: true, verbatimSymlinks: true });
    for (const { target } of await links()) await rm(join(root, target), { force: true });
    const base = join(dir, 'pg');
    await mkdir(base);
    place = {
      base,
      data: join(base, 'data'),
      run: join(base, 'run'),
      log: join(base, 'log'),
      ...(ROOT && { account: NOBODY }),
    };
  });

  async function links(): Promise<{ target: string }[]> {
    return JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8'));
  }

  const sources = () => ({
    packageRoot: root,
    directories: [],
    shelters: [join(dir, 'none'), dir],
  });
  const find = (at = place) => findBinaries(at, undefined, sources());

  test('are completed where they are', async () => {
    expect(await find()).toMatchObject({ bin: join(root, 'native/bin'), source: 'embedded' });
    for (const { target } of await links())
      expect((await lstat(join(root, target))).isSymbolicLink()).toBe(true);
  });

  test('are copied beside the data, once, where the server’s account cannot reach them', async () => {
    if (ROOT) await chmod(dirname(root), 0o700);
    else await chmod(join(root, 'native/lib'), 0o500);
    const all = await Promise.all([find(), find()]);
    expect(new Set(all.map(({ bin }) => bin)).size).toBe(1);
    expect(all[0].bin).toMatch(/\/pg\/avian-postgres-[^/]+\/native\/bin$/);
    expect(await readdir(place.base)).toHaveLength(1);
    expect((await find()).bin).toBe(all[0].bin);
    await chmod(join(root, 'native/lib'), 0o755);
  });

  test('are copied to a shelter, once, where the account cannot reach the data’s place by itself either', async () => {
    await chmod(join(root, 'native/lib'), 0o500);
    if (ROOT) await chmod(dirname(root), 0o700);
    const hidden = { ...place, base: join(dir, 'closed/pg'), account: NOBODY, hidden: true };
    await mkdir(hidden.base, { recursive: true });
    await chmod(dirname(hidden.base), 0o700);
    const { bin } = await find(hidden);
    expect(dirname(dirname(dirname(bin)))).toBe(dir);
    expect(await find(hidden)).toMatchObject({ bin });
    await chmod(join(root, 'native/lib'), 0o755);
  });

  test('are copied where a shell can name them', async () => {
    const odd = join(dir, 'a "quoted" $HOME');
    await cp(root, odd, { recursive: true, verbatimSymlinks: true });
    const { bin } = await findBinaries(place, undefined, { ...sources(), packageRoot: odd });
    expect(bin).toMatch(/\/pg\/avian-postgres-/);
  });

  test('are not taken from where somebody else may have put them', async () => {
    const odd = join(dir, 'a "quoted" place');
    await mkdir(odd);
    const elsewhere = { ...place, base: odd };
    await chmod(join(root, 'native/bin/postgres'), 0o600);
    const { bin } = await find(elsewhere);
    const copied = dirname(dirname(bin));
    expect(dirname(copied)).toBe(dir);
    await rename(copied, join(dir, 'theirs'));
    await symlink(join(dir, 'theirs'), copied);
    await expect(find(elsewhere)).rejects.toThrow("out of the server's reach");
  });

  test('do not serve data that another version made', async () => {
    const found = findBinaries(place, 9, sources());
    await expect(found).rejects.toThrow('was made by PostgreSQL 9');
  });
});
