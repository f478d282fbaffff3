import { fileURLToPath } from 'node:url';
import {
  type Argon2Hasher,
  createArgon2Hasher,
  type HasherSettings,
} from '#src/features/passwords/index.ts';
import { boundaryReached } from '#src/features/tenancy/index.ts';
import { createAuditKeys } from '#src/infra/crypto/audit-keys.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import type { Pool } from '#src/infra/postgres/pool.ts';
import { createUnits, type PostgresUnits } from '#src/infra/postgres/units.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest, Sealer } from '#src/kernel/ports.ts';
import { createKeyStore } from '#src/oidc/keys.store.ts';
import { createKeys, type Keys } from '#src/oidc/keys.ts';
import type { Config, HashingConfig } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { type MailRoute, openMail } from './mail.ts';
import { createRooms, createStores, type Rooms, type Stores } from './rooms.ts';
import { openServerSecrets, type ServerSecrets } from './server-secrets.ts';

/** The folder of everything that is shown or mailed. */
export const VIEWS = fileURLToPath(new URL('../../views/', import.meta.url));
export const PRODUCT = 'Avian';

/** What the server and the command line are both built on. Disposing of it stops the hashing processes and hangs up. */
export interface Core extends AsyncDisposable {
  readonly units: PostgresUnits;
  readonly digest: Digest;
  readonly sealer: Sealer;
  readonly mail: MailRoute;
  readonly serverSecrets: ServerSecrets;
  readonly rooms: Rooms;
  readonly stores: Stores;
  readonly keys: Keys;
}

export interface CoreDeps {
  readonly config: Pick<
    Config,
    'database' | 'passwords' | 'mail' | 'issuer' | 'production' | 'audit'
  >;
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
  const units = createUnits(pool, {
    statementTimeoutMs: config.database.statementTimeoutMs,
    onBoundary: (scope, fault) => rooms.audit.recordAlone(boundaryReached(scope, fault)),
  });
  const sealer = createSealer(secrets.secretKeys);
  const serverSecrets = await openServerSecrets({ units, sealer, ids, clock });
  const digest = createDigest(serverSecrets.digestKey);
  await using opening = new AsyncDisposableStack();
  const hasher: Argon2Hasher = opening.use(
    createArgon2Hasher(
      deps.hashing ?? { ...hashingSettings(config.passwords), eager: deps.serves ?? false },
    ),
  );
  const mail = opening.use(openMail(config));
  const stores = createStores();
  const parts = {
    ...{ units, clock, ids, digest, hasher, sealer, product: PRODUCT, issuer: config.issuer },
    auditKeys: createAuditKeys({
      seal: serverSecrets.auditSealKey,
      sign: serverSecrets.auditSignKey,
    }),
    auditDays: config.audit.days,
    ...{ mailer: mail.mailer, views: createMailViews({ dir: VIEWS }), from: config.mail.from },
  };
  const rooms = createRooms(parts, stores);
  const keys = createKeys({ units, store: createKeyStore(), sealer, audit: rooms.audit, clock });
  await rooms.audit.prepare(MONTHS_AHEAD);
  const opened = opening.move();
  const core = { units, digest, sealer, mail, serverSecrets, rooms, stores, keys };
  return { ...core, [Symbol.asyncDispose]: () => opened.disposeAsync() };
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
