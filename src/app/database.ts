import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedPostgres } from '#src/infra/postgres/embedded.ts';
import { connect, createPool, type Pool, type PoolSettings } from '#src/infra/postgres/pool.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Config } from './config/config.ts';

/** The database of an instance, connected to. Disposing of it closes the pool, and stops a server of our own. */
export interface Database extends AsyncDisposable {
  readonly pool: Pool;
  /** The server that runs in the data directory, where no DATABASE_URL is given. */
  readonly embedded?: Pick<EmbeddedPostgres, 'version' | 'source'>;
  /** Brings the schema up to date; answers with the names of the migrations it applied. */
  migrate(): Promise<readonly string[]>;
}

export interface DatabaseDeps {
  readonly config: Pick<Config, 'database' | 'dataDir'>;
  readonly logger: Logger;
  readonly ids: Ids;
}

/** Where the embedded server lives in the data directory. */
const SERVER_DIR = 'pg';

/** Connects to DATABASE_URL, or to the embedded server, which is started where it does not run (D8). */
export async function openDatabase(deps: DatabaseDeps): Promise<Database> {
  const { url } = deps.config.database;
  return url === undefined ? openEmbedded(deps) : openGiven(deps, url);
}

async function openGiven(deps: DatabaseDeps, url: string): Promise<Database> {
  const { ownerUrl = url, tls } = deps.config.database;
  const pool = await connectTo(deps, url);
  return {
    pool,
    migrate: () => migrateAt(deps, { url: ownerUrl, ...(tls && { tls }) }),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

const LAUNCHES = 3;

/** Whoever leaves last stops the server, and may do so between our launch and our being seen on it. */
async function openEmbedded(deps: DatabaseDeps): Promise<Database> {
  for (let launches = 1; ; launches++) {
    const server = await launchServer(deps);
    try {
      return embeddedDatabase(deps, server, await enter(deps, server));
    } catch (cause) {
      await server.stop();
      if (launches === LAUNCHES || !(cause instanceof Unavailable)) throw cause;
    }
  }
}

interface Server extends EmbeddedPostgres {
  /** Whether it ran already when we came. */
  readonly ranBefore: boolean;
}

async function launchServer({ config, logger }: DatabaseDeps): Promise<Server> {
  const { findRunning, launch } = await import('#src/infra/postgres/embedded.ts');
  const dir = join(config.dataDir, SERVER_DIR);
  const ranBefore = (await findRunning(dir)) !== undefined;
  return { ...(await launch({ dir, logger })), ranBefore };
}

/** From then on, whoever wants to stop the server sees that we are on it. */
async function enter(deps: DatabaseDeps, { url }: Server): Promise<Pool> {
  const pool = await connectTo(deps, url);
  try {
    await pool.query(`select pg_advisory_xact_lock_shared(${DOOR})`);
    return pool;
  } catch (error) {
    await pool.end();
    throw new Unavailable('The embedded Postgres is being stopped.', { cause: error });
  }
}

/** Held alone by whoever looks whether somebody is on the server, until it is stopped or left. */
const DOOR = 4_720_001;

function embeddedDatabase(deps: DatabaseDeps, server: Server, pool: Pool): Database {
  const { version, source, url } = server;
  return {
    pool,
    embedded: { version, source },
    migrate: () => migrateAt(deps, { url }),
    async [Symbol.asyncDispose]() {
      // Asked while we are still there: our own connections take a moment to be gone.
      const isShared = server.ranBefore && (await hasOthers(pool));
      await pool.end();
      if (!isShared) await leave(deps, server);
    },
  };
}

/** Commands take seconds; a server that came after us has its own way to stop what it is on. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/** Stops the server where nobody else is on it: whoever started it waits for those who came later. */
async function leave(deps: DatabaseDeps, server: Server): Promise<void> {
  for (let waited = 0; !(await stopUnused(server)); waited += PAUSE_MS) {
    if (waited >= PATIENCE_MS) return;
    await sleep(PAUSE_MS);
  }
  if (server.ranBefore) await stopOrphan(deps);
}

/** Whether more connections of ours are on the server than this pool's own. */
async function hasOthers(pool: Pool): Promise<boolean> {
  try {
    const { rowCount } = await pool.query(OTHERS);
    // The one that asks leaves itself out.
    return (rowCount ?? 0) > pool.totalCount - 1;
  } catch {
    // One that no longer answers is used by nobody.
    return false;
  }
}

/**
 * Stops the server where it is ours to stop, unless another process of ours is connected to it; a person's psql
 * holds up nothing. Nobody enters meanwhile.
 */
async function stopUnused({ url, stop }: EmbeddedPostgres): Promise<boolean> {
  const pool = createPool({ url, poolSize: 1 }, UNHEARD);
  try {
    if (await isUsed(pool)) return false;
    await stop();
    return true;
  } finally {
    await pool.end();
  }
}

async function isUsed(pool: Pool): Promise<boolean> {
  try {
    await pool.query(`select pg_advisory_lock(${DOOR})`);
    return ((await pool.query(OTHERS)).rowCount ?? 0) > 0;
  } catch {
    // One that no longer answers is used by nobody.
    return false;
  }
}

const nothing = () => undefined;
/** That the server goes while it is asked is no news. */
const UNHEARD: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const OTHERS = `
  select from pg_stat_activity
  where application_name = 'avian' and datname = current_database() and pid <> pg_backend_pid()`;

/** A server whose starter went while we were on it is ours to stop: launching it takes it over. */
async function stopOrphan(deps: DatabaseDeps): Promise<void> {
  const { findRunning } = await import('#src/infra/postgres/embedded.ts');
  try {
    if (!(await findRunning(join(deps.config.dataDir, SERVER_DIR)))) return;
    await stopUnused(await launchServer(deps));
  } catch {
    // Its starter stops it at this moment. Our own work is done either way.
  }
}

async function connectTo({ config, logger, ids }: DatabaseDeps, url: string): Promise<Pool> {
  const { url: _, ownerUrl: __, embeddedAllowed: ___, ...limits } = config.database;
  const settings: PoolSettings = { ...limits, url };
  return connect(settings, logger, {
    sleep,
    random: () => Buffer.from(ids.secret(4), 'base64url').readUInt32BE() / 2 ** 32,
  });
}

async function migrateAt({ logger }: DatabaseDeps, login: Pick<PoolSettings, 'url' | 'tls'>) {
  const { migrate } = await import('#src/infra/postgres/migrate.ts');
  return migrate({ ...login, logger });
}
