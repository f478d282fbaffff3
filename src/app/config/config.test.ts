import { describe, expect, it } from 'vitest';
import { configOf, faultsOf, filesOf, KEY, OLDER, PRODUCTION } from './bench.ts';
import { VARIABLE_NAMES } from './env.ts';

describe('with nothing set', () => {
  it('an instance for development listens on loopback, on its own database, without Redis', () => {
    const { config, secrets, warnings } = configOf({});
    expect(config).toMatchObject({
      production: false,
      issuer: 'http://localhost:3000',
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'info',
      trustProxy: { kind: 'none' },
      dataDir: '.avian',
      database: {
        poolSize: 10,
        poolWaitMs: 1000,
        connectTimeoutMs: 10_000,
        statementTimeoutMs: 1500,
      },
      cookies: { sameSite: 'strict', secure: false },
      fetchAllow: [],
      mail: { from: 'no-reply@localhost' },
      passwords: { memoryKiB: 19_456, iterations: 2, parallelism: 1 },
    });
    expect(config.database).not.toHaveProperty('url');
    expect(config).not.toHaveProperty('redis');
    expect([secrets, warnings]).toEqual([{}, []]);
  });

  it('the issuer follows the port', () => {
    expect(configOf({ PORT: '8080' }).config.issuer).toBe('http://localhost:8080');
  });

  it('empty variables count as not set', () => {
    const empty = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, '']));
    expect(configOf({ ...empty, DATABASE_URL_FILE: '' }).config).toEqual(configOf({}).config);
  });

  it('the settings are frozen all the way down', () => {
    const { config } = configOf({ AVIAN_FETCH_ALLOW: 'app.internal' });
    for (const part of [
      config,
      config.database,
      config.passwords,
      config.fetchAllow,
      config.trustProxy,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('a secret given as a file', () => {
  it('is read, without its last line feed', () => {
    const files = filesOf({ '/run/keys': `k2:${KEY},\nk1:${OLDER}\n` });
    const { secrets, warnings } = configOf({ AVIAN_SECRET_KEYS_FILE: '/run/keys' }, files);
    expect(secrets.secretKeys?.map(({ id }) => id)).toEqual(['k2', 'k1']);
    expect(warnings).toEqual([]);
  });

  it('is refused when it is given itself as well', () => {
    const files = filesOf({ '/run/db': 'postgres://db/avian' });
    const env = { DATABASE_URL: 'postgres://db/avian', DATABASE_URL_FILE: '/run/db' };
    expect(faultsOf(env, files)).toEqual([
      'DATABASE_URL is given twice, itself and as DATABASE_URL_FILE',
    ]);
  });

  it('is refused, by name, when the file cannot be read', () => {
    expect(
      faultsOf({ ...PRODUCTION, AVIAN_COOKIE_KEYS: '', AVIAN_COOKIE_KEYS_FILE: '/s3cr3t' }),
    ).toEqual(['AVIAN_COOKIE_KEYS_FILE names a file that cannot be read (ENOENT)']);
  });

  it('is taken with a warning when everybody can read the file', () => {
    const { warnings } = configOf(
      { DATABASE_URL_FILE: '/run/db' },
      filesOf({ '/run/db': 'postgres://db/avian' }, true),
    );
    expect(warnings.map(({ name }) => name)).toEqual(['DATABASE_URL_FILE']);
  });
});

describe('settings that are lists and files', () => {
  it('reads hops, addresses and networks', () => {
    const trust = (text: string) => configOf({ AVIAN_TRUST_PROXY: text }).config.trustProxy;
    expect(trust('0')).toEqual({ kind: 'none' });
    expect(trust('2')).toEqual({ kind: 'hops', hops: 2 });
    expect(trust('10.0.0.0/8, ::1 fd00::/8')).toEqual({
      kind: 'networks',
      networks: ['10.0.0.0/8', '::1', 'fd00::/8'],
    });
    expect(configOf({ AVIAN_FETCH_ALLOW: 'App.internal, 10.0.0.1' }).config.fetchAllow).toEqual([
      'app.internal',
      '10.0.0.1',
    ]);
  });

  it('validates the database against the certificates given', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const env = {
      DATABASE_CA_FILE: '/ca.pem',
      REDIS_CA_FILE: '/ca.pem',
      REDIS_URL: 'rediss://redis:6379',
    };
    const { config } = configOf(env, filesOf({ '/ca.pem': pem }));
    expect(config.database.tls).toEqual({ ca: pem });
    expect(config.redis).toEqual({ url: 'rediss://redis:6379', ca: pem });
    expect(faultsOf(env, filesOf({ '/ca.pem': 'no' }))).toHaveLength(2);
  });
});
