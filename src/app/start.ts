import { setTimeout as sleep } from 'node:timers/promises';
import { createLogContext } from '#src/infra/log/context.ts';
import { createLogger } from '#src/infra/log/pino.ts';
import { createEventLoopMeter } from '#src/infra/meter/event-loop.ts';
import { type Clock, SECOND } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import { type Announcer, createAnnouncer } from './announce.ts';
import { BadConfiguration } from './commands/failure.ts';
import { type Avian, compose } from './compose.ts';
import type { Files } from './config/collect.ts';
import type { Config } from './config/config.ts';
import type { Environment } from './config/env.ts';
import { loadConfig } from './config/process.ts';
import { type Database, type DatabaseDeps, openDatabase } from './database.ts';
import { startTimetable } from './jobs.ts';
import { listen } from './listen.ts';
import type { Rooms } from './rooms.ts';

export interface StartDeps {
  readonly env: Environment;
  readonly files: Files;
  readonly clock: Clock;
  readonly ids: Ids;
  /** For whoever starts it: a few lines, not the log. */
  readonly write: (line: string) => void;
  /** Milliseconds since the process began. */
  readonly elapsed: () => number;
  /** What passes between the word to stop and the end of listening, in place of the usual time. */
  readonly grace?: () => Promise<unknown>;
}

export interface Instance {
  /**
   * Says that it is not ready any more and gives whoever sends requests here the time to notice; then
   * takes no more of them, ends those under way, and everything that was started (R18.4, security case 238).
   */
  stop(): Promise<void>;
}

/** Longer than a balancer takes between two looks. */
const GRACE = 5 * SECOND;

/** Starts an instance from its environment: database, parts, port, and a demo where nothing is configured. */
export async function start(deps: StartDeps): Promise<Instance> {
  const loaded = loadConfig(deps.env, deps.files, deps.ids);
  if (!loaded.ok) throw new BadConfiguration(loaded.faults);
  const { secrets, warnings } = loaded;
  const showsDemo = !loaded.config.production && loaded.config.database.url === undefined;
  const config = showsDemo ? withDemoCalls(loaded.config) : loaded.config;
  const logContext = createLogContext();
  const pretty = !config.production;
  const logger = createLogger({ level: config.logLevel, pretty, context: logContext });
  // In production everything that is said is a line of the log.
  const write = pretty ? deps.write : (line: string) => logger.info({}, line.trim());
  const announcer = createAnnouncer(write, deps.elapsed);
  for (const { name, text } of warnings) logger.warn({ setting: name }, text);
  const lifecycle = { stopping: false };

  await using starting = new AsyncDisposableStack();
  const loop = starting.use(createEventLoopMeter());
  const ports = { ...deps, logger, logContext, lifecycle, loop };
  const database = starting.use(
    await announcer.part('Postgres', () => openMigrated({ ...deps, config, logger }), described),
  );
  const avian = starting.use(
    await announcer.part(
      'Sessions',
      () => compose(config, secrets, database, ports),
      () => (config.redis ? 'in Redis' : 'in Postgres (REDIS_URL puts them in Redis)'),
    ),
  );
  await announcer.part('Mail', async () => avian, describedMail);
  // What ends first comes last: requests, and then the work that comes round by itself.
  starting.use(startTimetable(avian.jobs, logger));
  starting.use(await listen({ listener: avian.handler, lifecycle }, config));
  if (showsDemo) await showDemo(starting, announcer, { ...deps, config, rooms: avian.core.rooms });
  announcer.ready(config.issuer);

  const started = starting.move();
  const grace = deps.grace ?? (() => (config.production ? sleep(GRACE) : Promise.resolve()));
  return {
    async stop() {
      lifecycle.stopping = true;
      await grace();
      await started.disposeAsync();
    },
  };
}

/** The demo's applications are on this machine, where back-channel calls do not go unasked. */
function withDemoCalls(config: Config): Config {
  return { ...config, fetchAllow: [...config.fetchAllow, 'localhost'] };
}

async function openMigrated(deps: DatabaseDeps): Promise<Database> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await openDatabase(deps));
  await database.migrate();
  opening.move();
  return database;
}

function described({ embedded }: Database): string {
  return embedded ? `${embedded.source} ${embedded.version}` : 'at DATABASE_URL';
}

function describedMail({ mailbox }: Avian): string {
  return mailbox ? 'kept at /dev/mail (SMTP_URL sends it)' : 'by SMTP_URL';
}

interface DemoParts {
  readonly config: Config;
  readonly ids: Ids;
  readonly rooms: Rooms;
}

async function showDemo(
  starting: AsyncDisposableStack,
  announcer: Announcer,
  { config, ids, rooms }: DemoParts,
): Promise<void> {
  const { openDemo } = await import('./demo.ts');
  const { issuer, dataDir, port } = config;
  const demo = starting.use(
    await announcer.part(
      'Demo',
      () => openDemo({ rooms, ids, issuer, dataDir, port: port + 1 }),
      ({ apps }) => apps.map(({ url }) => url).join(' and '),
    ),
  );
  announcer.say(`\n  Sign in as  ${demo.email}\n  password    ${demo.password}\n`);
}
