import { createSignOuts, type SignOuts } from '#src/features/account/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Keys } from '#src/oidc/keys.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/process.ts';
import type { Secrets } from '../config/secrets.ts';
import { openCore } from '../core.ts';
import { type Database, openDatabase } from '../database.ts';
import type { Rooms } from '../rooms.ts';
import { schemaStateOf } from '../schema-state.ts';
import { BadConfiguration } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** What most commands work with. Disposing of it closes whatever had to be opened or started. */
export interface Parts extends Rooms, AsyncDisposable {
  readonly keys: Keys;
  readonly signOuts: SignOuts;
}

/** Only the database: what migrating needs. */
export async function openForMigration(terminal: Terminal, logger: Logger): Promise<Database> {
  const ids = createIds(systemClock);
  const { config } = settle(terminal, ids);
  return openDatabase({ config, logger, ids });
}

/**
 * The rooms, on a database whose schema is this version's: the embedded server's is brought up to date,
 * another's is left to `migrate`.
 */
export async function openParts(
  terminal: Pick<Terminal, 'env' | 'files'>,
  logger: Logger,
): Promise<Parts> {
  const clock = systemClock;
  const ids = createIds(clock);
  const { config, secrets } = settle(terminal, ids);
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await openDatabase({ config, logger, ids }));
  await ensureSchema(database);
  const { pool } = database;
  const core = opening.use(await openCore({ config, secrets, pool, clock, ids }));
  const { rooms, keys, stores, units } = core;
  const signOuts = createSignOuts({ units, users: stores.users, sessions: rooms.sessions });

  const opened = opening.move();
  return { ...rooms, keys, signOuts, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** The settings of the environment; throws `BadConfiguration` with all that is wrong. */
function settle(
  { env, files }: Pick<Terminal, 'env' | 'files'>,
  ids: Ids,
): { config: Config; secrets: Secrets } {
  const loaded = loadConfig(env, files, ids);
  if (!loaded.ok) throw new BadConfiguration(loaded.faults);
  return loaded;
}

async function ensureSchema(database: Database): Promise<void> {
  if (database.embedded) {
    await database.migrate();
    return;
  }
  const state = await schemaStateOf(database.pool);
  if (state === 'current') return;
  const fault = state === 'missing' ? 'has no schema yet' : 'is behind this version';
  throw new Unavailable(`The database ${fault}: run "avian migrate" first.`);
}
