import { machineFiles } from '#src/app/config/machine.ts';
import { loadConfig } from '#src/app/config/process.ts';
import { openCore } from '#src/app/core.ts';
import { openDatabase } from '#src/app/database.ts';
import { LOWEST_COST } from '#src/features/passwords/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { systemClock } from '#src/kernel/clock.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { createWorld, type World } from '../instance.ts';
import type { Environment } from './peers.ts';

/** Fills an installation that runs, past its pages; passwords cost as little as they can. */
export async function openWorld(env: Environment): Promise<World & AsyncDisposable> {
  const ids = createIds(systemClock);
  const loaded = loadConfig(env, machineFiles, ids);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  await using opening = new AsyncDisposableStack();
  const deps = { ...loaded, ids, clock: systemClock, logger: mute };
  const { pool } = opening.use(await openDatabase(deps));
  const hashing = { cost: LOWEST_COST, forTests: true };
  const { rooms } = opening.use(await openCore({ ...deps, pool, hashing }));

  const opened = opening.move();
  return { ...createWorld(rooms), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const nothing = () => undefined;
const mute: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
