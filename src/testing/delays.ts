import { setTimeout as pause } from 'node:timers/promises';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import type { PostgresUnits } from '#src/infra/postgres/units.ts';

/** How late the stores of a process are. */
export interface Delays {
  /** At most, in milliseconds. */
  readonly upTo: number;
  /** The same seed draws the same delays. */
  readonly seed: number;
}

/**
 * Makes each call of the ephemeral store and each unit of Postgres wait for a random while before it
 * begins, and a unit of several statements once more before it commits.
 */
export function delay(store: EphemeralStore, units: PostgresUnits, { upTo, seed }: Delays): void {
  const random = createRandom(seed);
  const wait = () => pause(random() * upTo);

  for (const name of CALLS) Object.assign(store, { [name]: late(store, name, wait) });
  const { run, once } = units;
  const lateUnits: PostgresUnits = {
    once: async (scope, work) => {
      await wait();
      return once(scope, work);
    },
    run: async (scope, work) => {
      await wait();
      return run(scope, async (unit) => {
        const value = await work(unit);
        await wait();
        return value;
      });
    },
  };
  Object.assign(units, lateUnits);
}

const CALLS = ['get', 'put', 'create', 'swap', 'spend', 'remove', 'bury', 'members'] as const;

function late(store: EphemeralStore, name: (typeof CALLS)[number], wait: () => Promise<void>) {
  const call = store[name] as (...values: unknown[]) => Promise<unknown>;
  return async (...values: unknown[]) => {
    await wait();
    return call.apply(store, values);
  };
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
