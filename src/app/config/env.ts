import type { z } from 'zod';
import { LOG_LEVELS } from '#src/infra/log/level.ts';
import { readRedisUrl } from '#src/infra/redis/address.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import { parseIssuer } from './issuer.ts';
import { parseLimits } from './limits.ts';
import { parseHosts, parseTrustProxy } from './networks.ts';
import { parseCookieKeys, parseSecretKeys } from './secrets.ts';
import { connection, file, oneOf, parsed, type Variable, variable, whole } from './values.ts';

/** Variables as a process has them: nothing but names and texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

const POSTGRES = ['postgres', 'postgresql'];

/** Every variable there is, grouped and in the order people read them in. */
export const VARIABLES = {
  NODE_ENV: variable(
    {
      group: 'Server',
      text: 'With "production", settings that are missing, weak or meant for development are refused.',
    },
    oneOf(['production', 'development', 'test']).default('development'),
  ),
  AVIAN_ISSUER: variable(
    {
      group: 'Server',
      text: 'The one address people and applications reach Avian at: a bare origin, https outside loopback. It is also the issuer in every token, so a change signs applications out. Required in production.',
      standard: 'http://localhost:PORT',
      example: 'https://id.example.com',
    },
    parsed(parseIssuer).optional(),
  ),
  HOST: variable(
    {
      group: 'Server',
      text: 'The address to listen on.',
      standard: '127.0.0.1; 0.0.0.0 in production',
      example: '127.0.0.1',
    },
    parsed((text) =>
      /^[\w.:-]{1,253}$/.test(text) ? done(text) : refused('must be an address or a host'),
    ).optional(),
  ),
  PORT: variable(
    { group: 'Server', text: 'The port to listen on.' },
    whole(1, 65_535).default(3000),
  ),
  LOG_LEVEL: variable(
    { group: 'Server', text: 'How much is logged, from "debug" to "silent". Secrets never are.' },
    oneOf(LOG_LEVELS).default('info'),
  ),
  AVIAN_DATA_DIR: variable(
    {
      group: 'Server',
      text: 'Where an instance without a DATABASE_URL keeps its database, and one without keys the secrets it made.',
    },
    file().default('.avian'),
  ),
  AVIAN_COOKIE_SAMESITE: variable(
    {
      group: 'Server',
      text: 'The SameSite attribute of the session cookies. "lax" is for a browser or proxy that cannot follow the same-site hop of the strict ones.',
    },
    oneOf(['strict', 'lax']).default('strict'),
  ),

  AVIAN_SECRET_KEYS: variable(
    {
      group: 'Secrets',
      text: 'Seal what is secret at rest: a list of ID:KEY, newest first. Each key is 32 random bytes in base64 ("openssl rand -base64 32"), each id a short name that never changes. To rotate, put a new one first and keep the old ones. Required in production.',
      secret: true,
      standard: 'made at first start',
    },
    parsed(parseSecretKeys).optional(),
  ),
  AVIAN_COOKIE_KEYS: variable(
    {
      group: 'Secrets',
      text: 'Sign cookies: a list, newest first, each at least 32 characters ("openssl rand -base64 32"). To rotate, put a new one first and drop the old one a week later. Required in production.',
      secret: true,
      standard: 'made at first start',
    },
    parsed(parseCookieKeys).optional(),
  ),

  DATABASE_URL: variable(
    {
      group: 'Postgres',
      text: 'The Postgres database, 15 or newer. Required in production.',
      secret: true,
      standard: 'a server of its own, in the data directory',
      example: 'postgres://avian_app:change-me@db.example.com/avian',
    },
    connection(POSTGRES).optional(),
  ),
  DATABASE_OWNER_URL: variable(
    {
      group: 'Postgres',
      text: 'A second login, of the role that owns the tables: used by migrations alone. With it, DATABASE_URL can be a login that may neither change the schema nor leave its tenant.',
      secret: true,
      standard: 'DATABASE_URL',
      example: 'postgres://avian_owner:change-me@db.example.com/avian',
    },
    connection(POSTGRES).optional(),
  ),
  DATABASE_CA_FILE: variable(
    {
      group: 'Postgres',
      text: 'A file with the certificates (PEM) that the database server is validated against. In production TLS is on for every host but loopback.',
      standard: 'the well-known authorities',
      example: '/etc/avian/database-ca.pem',
    },
    file().optional(),
  ),
  DATABASE_POOL_SIZE: variable(
    { group: 'Postgres', text: 'Connections kept to the database, at most.' },
    whole(1, 500).default(10),
  ),
  DATABASE_POOL_WAIT_MS: variable(
    {
      group: 'Postgres',
      text: 'How long a request waits for a connection before it is answered with 503, in milliseconds.',
    },
    whole(50, 60_000).default(1000),
  ),
  DATABASE_CONNECT_TIMEOUT_MS: variable(
    {
      group: 'Postgres',
      text: 'How long each of the five tries to connect may take at start, in milliseconds.',
    },
    whole(100, 120_000).default(10_000),
  ),
  DATABASE_STATEMENT_TIMEOUT_MS: variable(
    { group: 'Postgres', text: 'How long one statement may take, in milliseconds.' },
    whole(50, 60_000).default(1500),
  ),
  DATABASE_IDLE_TIMEOUT_MS: variable(
    { group: 'Postgres', text: 'When an unused connection is closed, in milliseconds.' },
    whole(1000, 3_600_000).default(30_000),
  ),
  AVIAN_EMBEDDED: variable(
    {
      group: 'Postgres',
      text: 'With 1, the embedded server may be used in production too. It is one server on one machine: its backup is yours to make.',
    },
    oneOf(['0', '1']).default('0'),
  ),

  REDIS_URL: variable(
    {
      group: 'Redis',
      text: 'Redis 7 or newer, or Valkey, for sessions and limits: redis://USER:PASSWORD@HOST:PORT/DB, rediss:// for TLS. Several hosts as redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST.',
      secret: true,
      standard: 'kept in Postgres',
      example: 'rediss://avian:change-me@redis.example.com:6379/0',
    },
    parsed(parseRedisUrl).optional(),
  ),
  REDIS_CA_FILE: variable(
    {
      group: 'Redis',
      text: 'A file with the certificates (PEM) that the Redis server is validated against.',
      standard: 'the well-known authorities',
      example: '/etc/avian/redis-ca.pem',
    },
    file().optional(),
  ),

  SMTP_URL: variable(
    {
      group: 'Mail',
      text: 'The server that mail is handed to; smtps:// for TLS from the first byte. Required in production; elsewhere, without it, mail is kept at /dev/mail.',
      secret: true,
      standard: 'kept at /dev/mail',
      example: 'smtps://avian:change-me@mail.example.com:465',
    },
    connection(['smtp', 'smtps']).optional(),
  ),
  SMTP_FROM: variable(
    {
      group: 'Mail',
      text: 'The address that mail comes from. The name before it is the tenant’s.',
      standard: 'no-reply@ the host of AVIAN_ISSUER',
      example: 'no-reply@example.com',
    },
    parsed(parseAddress).optional(),
  ),

  AVIAN_TRUST_PROXY: variable(
    {
      group: 'Network',
      text: 'Whose X-Forwarded-* headers are believed: the number of proxies in front, or a list of their addresses and networks. 0 believes nobody.',
      standard: '0',
      example: '1',
    },
    parsed(parseTrustProxy).default({ kind: 'none' }),
  ),
  AVIAN_FETCH_ALLOW: variable(
    {
      group: 'Network',
      text: 'Hosts and networks that calls to applications and webhooks may reach although their addresses are private; webhooks without TLS too.',
      standard: 'none',
      example: 'app.internal,10.1.0.0/16',
    },
    parsed(parseHosts).default([]),
  ),

  AVIAN_RATE_LIMITS: variable(
    {
      group: 'Network',
      text: 'How many requests pass in a window, in place of the presets: NAME=NUMBER, several with commas. docs/reference/limits.md names them. "off", outside production only, counts nothing.',
      standard: 'the presets',
      example: 'token=600,sign-in-address=100',
    },
    parsed(parseLimits).optional(),
  ),

  AVIAN_AUDIT_RETENTION_DAYS: variable(
    {
      group: 'Audit',
      text: 'How many days entries of the audit log are kept. What is older goes by whole months; no less than a year is taken.',
    },
    whole(365, 36_500).default(365),
  ),
  AVIAN_AUDIT_HEADS_TO: variable(
    {
      group: 'Audit',
      text: 'An address that is mailed the signed heads of the audit log, once an hour at most. They are in the log of the process in any case; kept out of reach of whoever rules the database, they prove what it held.',
      standard: 'nobody',
      example: 'audit@example.com',
    },
    parsed(parseAddress).optional(),
  ),

  AVIAN_PASSWORD_MEMORY_KIB: variable(
    {
      group: 'Passwords',
      text: 'Memory that hashing one password takes, in KiB (argon2id). Never below the OWASP floor.',
    },
    whole(19_456, 1_048_576).default(19_456),
  ),
  AVIAN_PASSWORD_ITERATIONS: variable(
    { group: 'Passwords', text: 'Passes over that memory.' },
    whole(2, 32).default(2),
  ),
  AVIAN_PASSWORD_PARALLELISM: variable(
    { group: 'Passwords', text: 'Lanes of one hash.' },
    whole(1, 16).default(1),
  ),
  AVIAN_PASSWORD_CONCURRENCY: variable(
    {
      group: 'Passwords',
      text: 'Passwords hashed at once, at most.',
      standard: 'the number of processor cores',
      example: '2',
    },
    whole(1, 64).optional(),
  ),
  AVIAN_PASSWORD_QUEUE: variable(
    {
      group: 'Passwords',
      text: 'Passwords that may wait for their turn; one more is answered with 503.',
      standard: "about a second's work",
      example: '80',
    },
    whole(0, 10_000).optional(),
  ),
} satisfies Readonly<Record<string, Variable>>;

export type VariableName = keyof typeof VARIABLES;

/** The variables, each read by its own rule. */
export type Settings = {
  readonly [Name in VariableName]: z.output<(typeof VARIABLES)[Name]['schema']>;
};

export const VARIABLE_NAMES = Object.keys(VARIABLES) as readonly VariableName[];

function parseAddress(text: string): Outcome<string, string> {
  const address = normaliseEmail(text);
  return address === undefined ? refused('must be an e-mail address') : done(address);
}

function parseRedisUrl(text: string): Outcome<string, string> {
  try {
    readRedisUrl(text);
    return done(text);
  } catch (cause) {
    // What it throws says what is wrong and repeats nothing of the address.
    if (cause instanceof TypeError) return refused(`is not understood: ${cause.message}`);
    throw cause;
  }
}
