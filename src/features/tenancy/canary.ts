import { type Ids, tenantId } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { visitorOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';

/** A way past the walls between tenants. */
export interface Breach {
  readonly table: string;
  /** What came through: a read, an update, …; or that there is no wall at all. */
  readonly way: string;
}

/** Tries in every table what a unit may not do to another tenant's rows; leaves nothing behind. */
export interface WallTrial {
  breaches(unit: Unit, other: string): Promise<readonly Breach[]>;
}

/**
 * Dies before the tenants do: tries the walls between them from inside, as the application itself would come to
 * them, a tenant that there is not reaching for whatever rows there are (R32).
 */
export interface Canary {
  /** Tries them now, and tells the log what is open; called at the start, and by the timetable. */
  sing(): Promise<void>;
  /** Throws while a wall was found open: no request should be sent here. */
  listen(): Promise<void>;
}

export interface CanaryDeps {
  readonly units: Pick<Units, 'run'>;
  readonly trial: WallTrial;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly logger: Logger;
}

export function createCanary({ units, trial, ids, logger }: CanaryDeps): Canary {
  let open: readonly Breach[] = [];
  return {
    async sing() {
      const nobody = visitorOf(tenantId(ids.uuid()));
      const found = await units.run(nobody, (unit) => trial.breaches(unit, ids.uuid()));
      if (found.length > 0) logger.error({ breaches: found }, 'tenants are not kept apart');
      else if (open.length > 0) logger.info({}, 'tenants are kept apart again');
      open = found;
    },
    async listen() {
      if (open.length === 0) return;
      const tables = new Set(open.map(({ table }) => table));
      throw new Error(`Tenants are not kept apart in ${[...tables].join(', ')}.`);
    },
  };
}
