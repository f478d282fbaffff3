import type { QueryResultRow } from 'pg';
import {
  createPostgresWindow,
  createRedisWindow,
  type RateWindow,
} from '#src/features/throttle/index.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import { createPostgresStore, type Runner } from '#src/infra/ephemeral/postgres.ts';
import { createRedisStore } from '#src/infra/ephemeral/redis.ts';
import { client, type PostgresUnits } from '#src/infra/postgres/units.ts';
import { closeRedis, createRedis } from '#src/infra/redis/client.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Config } from './config/config.ts';

/** The ephemeral store of an instance; disposing of it lets go of Redis. */
export interface OpenStore extends AsyncDisposable {
  readonly store: EphemeralStore;
  /** Where requests are counted: in the same place. */
  readonly window: RateWindow;
}

const scope: Scope = { kind: 'system', job: 'ephemeral-store' };

/** Redis where REDIS_URL names one, else Postgres (D7). The process starts though Redis is away. */
export function openEphemeralStore(
  { redis: settings }: Pick<Config, 'redis'>,
  units: Pick<PostgresUnits, 'once'>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): OpenStore {
  if (!settings) {
    const run: Runner = {
      query: <Row extends object>(text: string, values: unknown[]) =>
        units.once(scope, (unit) => client(unit).query<Row & QueryResultRow>(text, values)),
    };
    return {
      store: createPostgresStore({ run, clock }),
      window: createPostgresWindow({ run }),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const redis = createRedis(settings, logger);
  return {
    store: createRedisStore({ redis, clock }),
    window: createRedisWindow({ redis }),
    [Symbol.asyncDispose]: () => closeRedis(redis),
  };
}
