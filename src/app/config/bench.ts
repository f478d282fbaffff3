import { randomBytes } from 'node:crypto';
import type { Files } from './collect.ts';
import { readConfig } from './config.ts';
import type { Environment } from './env.ts';

export const KEY = randomBytes(32).toString('base64');
export const OLDER = randomBytes(32).toString('base64url');
export const COOKIE = randomBytes(24).toString('hex');

/** Settings that production takes. */
export const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  AVIAN_ISSUER: 'https://id.example.com',
  DATABASE_URL: 'postgres://avian_app:fb77c1@db.internal/avian',
  AVIAN_SECRET_KEYS: `k1:${KEY}`,
  AVIAN_COOKIE_KEYS: COOKIE,
  SMTP_URL: 'smtps://avian:9d1c77@mail.internal:465',
};

/** Files that exist in the mind only. */
export function filesOf(
  texts: Readonly<Record<string, string>> = {},
  readableByAll = false,
): Files {
  return {
    read(path) {
      const text = texts[path];
      return text === undefined ? { ok: false, why: 'ENOENT' } : { ok: true, text, readableByAll };
    },
  };
}

/** The settings; throws where they are refused. */
export function configOf(env: Environment, files = filesOf()) {
  const reading = readConfig(env, files);
  if (!reading.ok) throw new Error(`Refused: ${JSON.stringify(reading.faults)}`);
  return reading;
}

/** What is wrong with them, a line each. */
export function faultsOf(env: Environment, files = filesOf()): readonly string[] {
  const reading = readConfig(env, files);
  return reading.ok ? [] : reading.faults.map(({ name, text }) => `${name} ${text}`);
}
