import {
  type Argon2Hasher,
  createArgon2Hasher,
  type HasherSettings,
} from '#src/features/passwords/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import type { Pool } from '#src/infra/postgres/pool.ts';
import { createUnits, type PostgresUnits } from '#src/infra/postgres/units.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { createKeyStore } from '#src/oidc/keys.store.ts';
import { createKeys, type Keys } from '#src/oidc/keys.ts';
import type { Config, HashingConfig } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { openServerSecrets, type ServerSecrets } from './server-secrets.ts';

/** What the server and the command line are both built on. Disposing of it stops the hashing processes. */
export interface Core extends AsyncDisposable {
  readonly units: PostgresUnits;
  readonly digest: Digest;
  readonly serverSecrets: ServerSecrets;
  readonly rooms: Rooms;
  readonly keys: Keys;
}

export interface CoreDeps {
  readonly config: Pick<Config, 'database' | 'passwords'>;
  readonly secrets: Secrets;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether people will sign in: then the first of them need not wait for the hashing process. */
  readonly serves?: boolean;
  /** In place of the configured cost; only a test has reason for one. */
  readonly hashing?: HasherSettings;
}

/** Months of audit partitions that are kept ready ahead of time. */
export const MONTHS_AHEAD = 3;

/** The rooms and the keys, on a database whose schema is this version's. */
export async function openCore(deps: CoreDeps): Promise<Core> {
  const { config, secrets, pool, clock, ids } = deps;
  const units = createUnits(pool, { statementTimeoutMs: config.database.statementTimeoutMs });
  const sealer = createSealer(secrets.secretKeys);
  const serverSecrets = await openServerSecrets({ units, sealer, ids, clock });
  const digest = createDigest(serverSecrets.digestKey);
  const hasher: Argon2Hasher = createArgon2Hasher(
    deps.hashing ?? { ...hashingSettings(config.passwords), eager: deps.serves ?? false },
  );
  const rooms = createRooms({ units, clock, ids, digest, hasher });
  const keys = createKeys({ units, store: createKeyStore(), sealer, audit: rooms.audit, clock });
  await rooms.audit.prepare(MONTHS_AHEAD);
  return {
    units,
    digest,
    serverSecrets,
    rooms,
    keys,
    [Symbol.asyncDispose]: () => hasher[Symbol.asyncDispose](),
  };
}

/** The hasher's settings as configuration has them. */
function hashingSettings(passwords: HashingConfig): HasherSettings {
  const { memoryKiB, iterations, parallelism, concurrency, queue } = passwords;
  return {
    cost: { memoryKiB, passes: iterations, lanes: parallelism },
    ...(concurrency !== undefined && { atOnce: concurrency }),
    ...(queue !== undefined && { waiting: queue }),
  };
}
