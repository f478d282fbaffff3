import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultsOf, filesOf } from './bench.ts';
import type { Files } from './collect.ts';
import { readConfig } from './config.ts';
import { VARIABLE_NAMES } from './env.ts';

/** One wrong text for each variable that has a rule. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  NODE_ENV: ['prod', 'Production'],
  AVIAN_ISSUER: [
    'id.example.com',
    'https://id.example.com/',
    'https://id.example.com/oidc',
    'https://u:p@id.example.com',
    'https://ID.example.com',
    'https://id.example.com:443',
    'https://id.example.com?x',
    'https://id.example.com#x',
    'http://id.example.com',
    'http://localhost.evil.test',
    'ftp://localhost',
    'http://[::2]',
  ],
  HOST: ['local host', 'http://localhost'],
  PORT: ['0', '65536', '3000x', '-1', '1e3', ' 3000'],
  LOG_LEVEL: ['verbose', 'INFO'],
  AVIAN_DATA_DIR: ['a\0b'],
  AVIAN_COOKIE_SAMESITE: ['none', 'Lax'],
  AVIAN_SECRET_KEYS: ['k1:short', 'k1', ' , '],
  AVIAN_COOKIE_KEYS: ['short', ','],
  DATABASE_URL: [
    'mysql://db/avian',
    'db.internal/avian',
    'postgres://u:p%zz@db/avian',
    'postgres://db /avian',
    'postgres://u:p/w@db/avian',
  ],
  DATABASE_OWNER_URL: ['postgres:db'],
  DATABASE_CA_FILE: ['/no/such/file'],
  DATABASE_POOL_SIZE: ['0', 'ten'],
  DATABASE_POOL_WAIT_MS: ['1s'],
  DATABASE_CONNECT_TIMEOUT_MS: ['1'],
  DATABASE_STATEMENT_TIMEOUT_MS: ['0'],
  DATABASE_IDLE_TIMEOUT_MS: ['999999999999'],
  AVIAN_EMBEDDED: ['yes', 'true'],
  REDIS_URL: [
    'http://redis:6379',
    'redis:6379',
    'redis://a:1,b:2',
    'redis+sentinel://a:1',
    'redis://u:p@h:99999',
  ],
  REDIS_CA_FILE: ['/no/such/file'],
  SMTP_URL: ['mail.example.com', 'https://mail'],
  SMTP_FROM: ['nobody', 'Avian <a@b.c>', 'a@b.c, d@e.f'],
  AVIAN_TRUST_PROXY: [
    '17',
    'true',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/8/8',
    'nginx',
    '10.0.0.1,x',
  ],
  AVIAN_RATE_LIMITS: ['on', 'token', 'token=0', 'token=99999', 'tokens=5', 'token=-1'],
  AVIAN_FETCH_ALLOW: ['http://app.internal', '*.internal', '10.0.0.0/0', '999.1.1.1', 'a..b', '-a'],
  AVIAN_AUDIT_RETENTION_DAYS: ['364', 'never', '365d'],
  AVIAN_AUDIT_HEADS_TO: ['nobody', 'a@b.c, d@e.f'],
  AVIAN_PASSWORD_MEMORY_KIB: ['19455', '64MiB'],
  AVIAN_PASSWORD_ITERATIONS: ['1'],
  AVIAN_PASSWORD_PARALLELISM: ['0'],
  AVIAN_PASSWORD_CONCURRENCY: ['0'],
  AVIAN_PASSWORD_QUEUE: ['-1'],
};

describe('what is wrong', () => {
  const each = Object.entries(WRONG).flatMap(([name, texts]) =>
    texts.map((text) => [name, text] as const),
  );

  it('has an example here for every variable', () => {
    expect(Object.keys(WRONG).toSorted()).toEqual(VARIABLE_NAMES.toSorted());
  });

  it.each(each)('is found in %s: %j', (name, text) => {
    const faults = faultsOf({ [name]: text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name} `));
  });

  it('is told of every variable at once, and of no other', () => {
    const wrong = fc.record(
      Object.fromEntries(
        Object.entries(WRONG).map(([name, texts]) => [name, fc.constantFrom(...texts)]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(wrong, (env) => {
        const reading = readConfig(env, filesOf());
        const names = reading.ok ? [] : reading.faults.map((fault) => fault.name);
        expect(names.toSorted()).toEqual(Object.keys(env).toSorted());
      }),
    );
  });

  it('never shows what a variable or a file holds, and is never an exception', () => {
    const MARK = 's3cr3t';
    const names = VARIABLE_NAMES.flatMap((name) => [name, `${name}_FILE`]);
    const held = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => `${text}${MARK}`),
      fc.constantFrom(
        `k1:${MARK}`,
        `https://${MARK}@host/${MARK}`,
        `postgres://u:${MARK}@h:x/`,
        `redis://${MARK} `,
        `10.0.0.0/${MARK}`,
      ),
    );
    const environment = fc.dictionary(fc.constantFrom(...names), held);
    fc.assert(
      fc.property(
        environment,
        fc.option(held, { nil: undefined }),
        fc.boolean(),
        (env, text, production) => {
          const files: Files = {
            read: () =>
              text === undefined
                ? { ok: false, why: 'ENOENT' }
                : { ok: true, text, readableByAll: true },
          };
          const reading = readConfig(
            { ...env, ...(production && { NODE_ENV: 'production' }) },
            files,
          );
          const said = reading.ok ? reading.warnings : reading.faults;
          expect(JSON.stringify(said)).not.toContain(MARK);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a name that begins with AVIAN_ and is not known', () => {
  it.each([
    ['AVIAN_ISSUERS', 'did you mean AVIAN_ISSUER?'],
    ['AVIAN_COKIE_KEYS', 'did you mean AVIAN_COOKIE_KEYS?'],
    ['AVIAN_SECRET_KEYS_FIEL', 'did you mean AVIAN_SECRET_KEYS_FILE?'],
    ['AVIAN_ISSUER_FILE', 'did you mean AVIAN_ISSUER?'],
    ['AVIAN_SOMETHING_ENTIRELY_DIFFERENT', 'is not known'],
  ])('is refused: %s', (name, fault) => {
    const faults = faultsOf({ [name]: 'x' });
    expect(faults).toHaveLength(1);
    expect(faults[0]?.endsWith(fault)).toBe(true);
  });

  it('cannot forge a line by its own letters', () => {
    const [fault] = faultsOf({ ['AVIAN_\n\u001b[2KX']: 'x' });
    expect(fault).toBe('AVIAN_???2KX is not known');
  });

  it('is let pass where it is one of the links that Kubernetes makes for a service', () => {
    const links = {
      AVIAN_SERVICE_HOST: '10.0.0.1',
      AVIAN_SERVICE_PORT: '3000',
      AVIAN_SERVICE_PORT_HTTP: '3000',
      AVIAN_PORT: 'tcp://10.0.0.1:3000',
      AVIAN_PORT_3000_TCP: 'tcp://10.0.0.1:3000',
      AVIAN_PORT_3000_TCP_ADDR: '10.0.0.1',
      AVIAN_POSTGRES_SERVICE_HOST: '10.0.0.2',
      AVIAN_POSTGRES_PORT: 'tcp://10.0.0.2:5432',
    };
    expect(faultsOf(links)).toEqual([]);
    expect(faultsOf({ AVIAN_PORT: '3000' })).toHaveLength(1);
  });
});
