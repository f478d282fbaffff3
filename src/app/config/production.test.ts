import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COOKIE, configOf, faultsOf, KEY, OLDER, PRODUCTION } from './bench.ts';
import type { Environment } from './env.ts';

describe('in production', () => {
  it('complete settings are taken, and TLS to the database is validated', () => {
    const { config, secrets } = configOf(PRODUCTION);
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', cookies: { secure: true } });
    expect(config.database).toMatchObject({ tls: {}, embeddedAllowed: false });
    expect(secrets.secretKeys).toEqual([{ id: 'k1', key: Buffer.from(KEY, 'base64') }]);
    expect(secrets.cookieKeys).toEqual([COOKIE]);
  });

  it('no secret is part of the settings', () => {
    const shown = JSON.stringify(configOf(PRODUCTION).config);
    expect(shown).not.toContain(COOKIE);
    expect(shown).not.toContain(KEY);
  });

  it.each(['postgres://avian@/avian?host=/run/postgresql', 'postgres://avian@127.0.0.1/avian'])(
    'a database on the same machine needs no TLS: %s',
    (DATABASE_URL) => {
      expect(configOf({ ...PRODUCTION, DATABASE_URL }).config.database).not.toHaveProperty('tls');
    },
  );

  it('the embedded server can be allowed by name', () => {
    const { DATABASE_URL: _, ...rest } = PRODUCTION;
    expect(configOf({ ...rest, AVIAN_EMBEDDED: '1' }).config.database.embeddedAllowed).toBe(true);
  });

  it.each<[string, Environment, string]>([
    [
      'an issuer over http',
      { AVIAN_ISSUER: 'http://localhost:3000' },
      'AVIAN_ISSUER must be https',
    ],
    ['no issuer', { AVIAN_ISSUER: undefined }, 'AVIAN_ISSUER is required'],
    ['no database', { DATABASE_URL: undefined }, 'DATABASE_URL is required'],
    [
      'no database, the embedded one refused',
      { DATABASE_URL: '', AVIAN_EMBEDDED: '0' },
      'DATABASE_URL is required',
    ],
    ['no mail server', { SMTP_URL: undefined }, 'SMTP_URL is required'],
    ['no limits', { AVIAN_RATE_LIMITS: 'off' }, 'AVIAN_RATE_LIMITS cannot be off'],
    ['no secret keys', { AVIAN_SECRET_KEYS: undefined }, 'AVIAN_SECRET_KEYS is required'],
    ['no cookie keys', { AVIAN_COOKIE_KEYS: undefined }, 'AVIAN_COOKIE_KEYS is required'],
    ['a cookie key of 8 bytes', { AVIAN_COOKIE_KEYS: 'a8Fk2_xP' }, 'AVIAN_COOKIE_KEYS entry 1'],
    [
      'a second cookie key of 31 bytes',
      { AVIAN_COOKIE_KEYS: `${COOKIE},${COOKIE.slice(0, 31)}` },
      'AVIAN_COOKIE_KEYS entry 2',
    ],
    [
      'a secret key of 31 bytes',
      { AVIAN_SECRET_KEYS: `k1:${randomBytes(31).toString('base64')}` },
      'AVIAN_SECRET_KEYS entry 1',
    ],
    [
      'a secret key of 33 bytes',
      { AVIAN_SECRET_KEYS: `k1:${randomBytes(33).toString('base64')}` },
      'AVIAN_SECRET_KEYS entry 1',
    ],
    ['a secret key without an id', { AVIAN_SECRET_KEYS: KEY }, 'AVIAN_SECRET_KEYS entry 1'],
    [
      'two secret keys of one id',
      { AVIAN_SECRET_KEYS: `k1:${KEY} k1:${OLDER}` },
      'AVIAN_SECRET_KEYS entry 2',
    ],
    [
      'a secret key of zeros',
      { AVIAN_SECRET_KEYS: `k1:${Buffer.alloc(32).toString('base64')}` },
      'AVIAN_SECRET_KEYS holds',
    ],
    [
      'a secret key that is a passphrase',
      {
        AVIAN_SECRET_KEYS: `k1:${Buffer.from('Tr0ub4dor&3 is not random at all').toString('base64')}`,
      },
      'AVIAN_SECRET_KEYS holds',
    ],
    [
      'a secret key that counts up',
      {
        AVIAN_SECRET_KEYS: `k1:${Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('base64')}`,
      },
      'AVIAN_SECRET_KEYS holds',
    ],
    [
      'a weak older secret key',
      { AVIAN_SECRET_KEYS: `k2:${KEY},k1:${Buffer.alloc(32, 'ab').toString('base64')}` },
      'AVIAN_SECRET_KEYS holds',
    ],
    [
      'a cookie key of one letter',
      { AVIAN_COOKIE_KEYS: 'x'.repeat(64) },
      'AVIAN_COOKIE_KEYS holds',
    ],
    [
      'a cookie key that repeats',
      { AVIAN_COOKIE_KEYS: 'k3y9Zq-1w'.repeat(5) },
      'AVIAN_COOKIE_KEYS holds',
    ],
    [
      'a cookie key that is the alphabet',
      { AVIAN_COOKIE_KEYS: 'abcdefghijklmnopqrstuvwxyz0123456789' },
      'AVIAN_COOKIE_KEYS holds',
    ],
    [
      'a cookie key to be replaced',
      { AVIAN_COOKIE_KEYS: 'change-me-to-some-32-byte-long-text-7' },
      'AVIAN_COOKIE_KEYS holds',
    ],
    [
      'a well-known cookie key',
      { AVIAN_COOKIE_KEYS: 'my-super-secret-key-nobody-will-guess' },
      'AVIAN_COOKIE_KEYS holds',
    ],
    [
      'the password of an example',
      { DATABASE_URL: 'postgres://avian:change-me@db.example.com/avian' },
      'DATABASE_URL holds',
    ],
    [
      'the same, of the owner',
      { DATABASE_OWNER_URL: 'postgres://o:changeme@db/avian' },
      'DATABASE_OWNER_URL holds',
    ],
    [
      'the same, of Redis',
      { REDIS_URL: 'rediss://avian:change-me@redis:6379/0' },
      'REDIS_URL holds',
    ],
    [
      'the same, of the mail server',
      { SMTP_URL: 'smtps://avian:password@mail:465' },
      'SMTP_URL holds',
    ],
    [
      'TLS turned off',
      { DATABASE_URL: 'postgres://a:fb77c1@db.internal/avian?sslmode=disable' },
      'DATABASE_URL turns',
    ],
    [
      'TLS that is not validated',
      { DATABASE_URL: 'postgres://a:fb77c1@db.internal/avian?x=1&sslmode=no-verify' },
      'DATABASE_URL turns',
    ],
    [
      'a SameSite it does not know',
      { AVIAN_COOKIE_SAMESITE: 'Strict' },
      'AVIAN_COOKIE_SAMESITE must be strict or lax',
    ],
    [
      'a mistyped name',
      { AVIAN_COOKIE_SAMESITES: 'lax' },
      'AVIAN_COOKIE_SAMESITES is not known; did you mean AVIAN_COOKIE_SAMESITE?',
    ],
  ])('%s is refused', (_, change, fault) => {
    const faults = faultsOf({ ...PRODUCTION, ...change });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  it('everything that is missing is told at once', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([
      'AVIAN_ISSUER is required in production',
      'DATABASE_URL is required in production (or AVIAN_EMBEDDED=1, for the embedded server)',
      'AVIAN_SECRET_KEYS is required in production',
      'AVIAN_COOKIE_KEYS is required in production',
      'SMTP_URL is required in production: people verify and recover accounts by mail',
    ]);
  });

  it('random keys are taken, whatever they are', () => {
    const bytes = (least: number, most: number) =>
      fc.nat().map((n) => randomBytes(least + (n % (most - least + 1))));
    fc.assert(
      fc.property(
        bytes(32, 32),
        bytes(24, 64),
        fc.constantFrom('hex', 'base64', 'base64url'),
        (key, cookie, form) => {
          const env = {
            AVIAN_SECRET_KEYS: `k1:${key.toString(form === 'hex' ? 'base64' : form)}`,
            AVIAN_COOKIE_KEYS: cookie.toString(form),
          };
          expect(faultsOf({ ...PRODUCTION, ...env })).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
