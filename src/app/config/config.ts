import type { Overrides } from '#src/features/throttle/index.ts';
import type { LogLevel } from '#src/infra/log/level.ts';
import { collect, type Files, type SettingFault } from './collect.ts';
import { type Environment, type Settings, VARIABLE_NAMES, VARIABLES } from './env.ts';
import type { TrustProxy } from './networks.ts';
import { isLocalDatabase, productionFaults } from './production.ts';
import type { Secrets } from './secrets.ts';

/** The settings of one instance: complete, cross-checked and frozen. */
export interface Config {
  readonly production: boolean;
  /** A bare origin without a trailing slash (D1). */
  readonly issuer: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly trustProxy: TrustProxy;
  readonly dataDir: string;
  readonly database: DatabaseConfig;
  readonly redis?: { readonly url: string; readonly ca?: string };
  readonly mail: {
    /** Absent: kept at /dev/mail. */
    readonly url?: string;
    /** The address it comes from. */
    readonly from: string;
  };
  readonly cookies: { readonly sameSite: 'strict' | 'lax'; readonly secure: boolean };
  /** Hosts, addresses and networks that back-channel calls may reach though they are private. */
  readonly fetchAllow: readonly string[];
  readonly audit: {
    /** How long entries are kept, at least. */
    readonly days: number;
    /** Who is mailed the signed heads of its chains; absent: nobody, the log has them. */
    readonly headsTo?: string;
  };
  /** In place of the presets; `off` counts nothing. */
  readonly limits: Overrides | 'off';
  readonly passwords: HashingConfig;
}

export interface DatabaseConfig {
  /** Absent: the embedded server. */
  readonly url?: string;
  /** The login that migrates, where it is another. */
  readonly ownerUrl?: string;
  /** Validated TLS is asked for; absent, the URL's own `sslmode` says. */
  readonly tls?: { readonly ca?: string };
  readonly poolSize: number;
  readonly poolWaitMs: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly embeddedAllowed: boolean;
}

export interface HashingConfig {
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
  /** Absent: as many as there are processor cores. */
  readonly concurrency?: number;
  /** Absent: about a second's work. */
  readonly queue?: number;
}

/** What the environment says: an instance's settings, or everything that is wrong with them at once (R12.3). */
export type ConfigReading =
  | {
      readonly ok: true;
      readonly config: Config;
      /** What was given of the secrets; the rest an instance in development makes for itself. */
      readonly secrets: Partial<Secrets>;
      readonly warnings: readonly SettingFault[];
    }
  | { readonly ok: false; readonly faults: readonly SettingFault[] };

/** Reads the settings of an environment. Every fault is found, is named, and shows no value. */
export function readConfig(env: Environment, files: Files): ConfigReading {
  const { texts, faults: collected, warnings } = collect(env, files);
  const { settings, faults: broken } = readSettings(texts);
  const cas = readAuthorities(settings, files);
  const found = [...collected, ...broken, ...cas.faults];
  const named = new Set(found.map((fault) => fault.name.replace(/_FILE$/, '')));
  const unmet = productionFaults(settings).filter((fault) => !named.has(fault.name));

  const faults = [...found, ...unmet];
  if (faults.length > 0) return { ok: false, faults };
  // Without a fault every rule has given its value.
  const complete = settings as Settings;
  return {
    ok: true,
    config: freeze(configOf(complete, cas)),
    secrets: secretsOf(complete),
    warnings,
  };
}

/** Each variable by its own rule; those that broke it are left out. */
function readSettings(texts: Readonly<Partial<Record<string, string>>>) {
  const read: Record<string, unknown> = {};
  const faults: SettingFault[] = [];
  for (const name of VARIABLE_NAMES) {
    const parsing = VARIABLES[name].schema.safeParse(texts[name]);
    if (parsing.success) read[name] = parsing.data;
    else faults.push({ name, text: parsing.error.issues[0]?.message ?? 'is not valid' });
  }
  return { settings: read as Partial<Settings>, faults };
}

interface Authorities {
  readonly database: string | undefined;
  readonly redis: string | undefined;
}

/** The certificates that servers are validated against, from the files that name them. */
function readAuthorities(settings: Partial<Settings>, files: Files) {
  const faults: SettingFault[] = [];
  const read = (name: 'DATABASE_CA_FILE' | 'REDIS_CA_FILE') => {
    const path = settings[name];
    if (path === undefined) return undefined;
    const reading = files.read(path);
    if (!reading.ok)
      faults.push({ name, text: `names a file that cannot be read (${reading.why})` });
    else if (/-----BEGIN (?:TRUSTED )?CERTIFICATE-----/.test(reading.text)) return reading.text;
    else faults.push({ name, text: 'names a file that holds no certificate in PEM' });
    return undefined;
  };
  return { database: read('DATABASE_CA_FILE'), redis: read('REDIS_CA_FILE'), faults };
}

function configOf(settings: Settings, cas: Authorities): Config {
  const production = settings.NODE_ENV === 'production';
  const issuer = settings.AVIAN_ISSUER ?? `http://localhost:${settings.PORT}`;
  return {
    production,
    issuer,
    host: settings.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: settings.PORT,
    logLevel: settings.LOG_LEVEL,
    trustProxy: settings.AVIAN_TRUST_PROXY,
    dataDir: settings.AVIAN_DATA_DIR,
    database: databaseOf(settings, cas.database),
    ...(settings.REDIS_URL !== undefined && {
      redis: { url: settings.REDIS_URL, ...(cas.redis !== undefined && { ca: cas.redis }) },
    }),
    mail: {
      ...(settings.SMTP_URL !== undefined && { url: settings.SMTP_URL }),
      from: settings.SMTP_FROM ?? `no-reply@${new URL(issuer).hostname}`,
    },
    cookies: { sameSite: settings.AVIAN_COOKIE_SAMESITE, secure: issuer.startsWith('https:') },
    fetchAllow: settings.AVIAN_FETCH_ALLOW,
    audit: {
      days: settings.AVIAN_AUDIT_RETENTION_DAYS,
      ...(settings.AVIAN_AUDIT_HEADS_TO !== undefined && {
        headsTo: settings.AVIAN_AUDIT_HEADS_TO,
      }),
    },
    limits: settings.AVIAN_RATE_LIMITS ?? {},
    passwords: hashingOf(settings),
  };
}

function databaseOf(settings: Settings, ca: string | undefined): DatabaseConfig {
  const production = settings.NODE_ENV === 'production';
  const { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl } = settings;
  const leavesTheMachine = [url, ownerUrl].some(
    (one) => one !== undefined && !isLocalDatabase(one),
  );
  const validated = ca !== undefined || (production && leavesTheMachine);
  return {
    ...(url !== undefined && { url }),
    ...(ownerUrl !== undefined && { ownerUrl }),
    ...(validated && { tls: ca === undefined ? {} : { ca } }),
    poolSize: settings.DATABASE_POOL_SIZE,
    poolWaitMs: settings.DATABASE_POOL_WAIT_MS,
    connectTimeoutMs: settings.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    idleTimeoutMs: settings.DATABASE_IDLE_TIMEOUT_MS,
    embeddedAllowed: !production || settings.AVIAN_EMBEDDED === '1',
  };
}

function hashingOf(settings: Settings): HashingConfig {
  const { AVIAN_PASSWORD_CONCURRENCY: concurrency, AVIAN_PASSWORD_QUEUE: queue } = settings;
  return {
    memoryKiB: settings.AVIAN_PASSWORD_MEMORY_KIB,
    iterations: settings.AVIAN_PASSWORD_ITERATIONS,
    parallelism: settings.AVIAN_PASSWORD_PARALLELISM,
    ...(concurrency !== undefined && { concurrency }),
    ...(queue !== undefined && { queue }),
  };
}

function secretsOf(settings: Settings): Partial<Secrets> {
  const { AVIAN_SECRET_KEYS: secretKeys, AVIAN_COOKIE_KEYS: cookieKeys } = settings;
  return { ...(secretKeys && { secretKeys }), ...(cookieKeys && { cookieKeys }) };
}

function freeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
