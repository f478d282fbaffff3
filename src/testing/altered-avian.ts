import { compose } from '#src/app/compose.ts';
import { machineFiles, processEnvironment } from '#src/app/config/machine.ts';
import { loadConfig } from '#src/app/config/process.ts';
import { openDatabase } from '#src/app/database.ts';
import { startTimetable } from '#src/app/jobs.ts';
import { listen } from '#src/app/listen.ts';
import type { LogoutCourier } from '#src/features/outbox/index.ts';
import { LOWEST_COST } from '#src/features/passwords/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createLogContext } from '#src/infra/log/context.ts';
import { createLogger } from '#src/infra/log/pino.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { type Delays, delay } from './delays.ts';

/** What is unlike an Avian of the operators'. */
export interface Alterations {
  /** Every call of a store takes longer. */
  readonly delays?: Delays;
  /** It takes up the end of a session for an application, says `TAKEN`, and never calls. */
  readonly hangsBeforeCalls?: boolean;
}

/**
 * The program below: Avian by its environment, in a process of its own, altered as its one argument says
 * in JSON. Passwords cost as little as they can.
 */
export const ALTERED_AVIAN = import.meta.filename;

/** What it says to a parent that listens: that it serves, and that it took up the end of a session. */
export const LISTENING = 'listening';
export const TAKEN = 'taken up';

async function serve({ delays, hangsBeforeCalls }: Alterations): Promise<AsyncDisposable> {
  const ids = createIds(systemClock);
  const loaded = loadConfig(processEnvironment(), machineFiles, ids);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const { config, secrets } = loaded;
  const logContext = createLogContext();
  const logger = createLogger({ level: config.logLevel, pretty: true, context: logContext });
  const lifecycle = { stopping: false };
  const hashing = { cost: LOWEST_COST, forTests: true };
  const ports = { clock: systemClock, ids, logger, logContext, lifecycle, hashing, paceMs: 1 };

  await using starting = new AsyncDisposableStack();
  const database = starting.use(await openDatabase({ config, logger, ids }));
  await database.migrate();
  const avian = starting.use(await compose(config, secrets, database, ports));
  if (delays) delay(avian.store, avian.core.units, delays);
  if (hangsBeforeCalls) Object.assign(avian.oidc.logouts, hanging);
  starting.use(startTimetable(avian.jobs, logger));
  starting.use(await listen({ listener: avian.handler, lifecycle }, config));
  return starting.move();
}

/** To whoever started it, where they listen. */
const say = (what: string) => void process.send?.(what);

const hanging: LogoutCourier = {
  tell() {
    say(TAKEN);
    return Promise.withResolvers<never>().promise;
  },
};

if (import.meta.main) {
  const running = await serve(JSON.parse(process.argv[2] ?? '{}') as Alterations);
  process.once('SIGTERM', () => void running[Symbol.asyncDispose]());
  say(LISTENING);
}
