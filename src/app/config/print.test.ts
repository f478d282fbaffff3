import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Files } from './collect.ts';
import { type Environment, VARIABLE_NAMES } from './env.ts';
import { masked, settingRows } from './print.ts';

const files: Files = {
  read: () => ({ ok: true, text: 'postgres://avian:pl4nted@db/avian\n', readableByAll: false }),
};

function rowsOf(env: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settingRows(env, files).map(({ name, value, source }) => [name, `${value} (${source})`]),
  );
}

describe('the settings, shown', () => {
  it('are every variable, with what holds and where it comes from', () => {
    const shown = rowsOf({ PORT: '8080', DATABASE_URL_FILE: '/run/db', LOG_LEVEL: '' });
    expect(Object.keys(shown)).toEqual(VARIABLE_NAMES);
    expect(shown).toMatchObject({
      PORT: '8080 (environment)',
      LOG_LEVEL: 'info (default)',
      DATABASE_URL: 'postgres://avian:********@db/avian (file)',
      AVIAN_ISSUER: 'http://localhost:PORT (default)',
      AVIAN_FETCH_ALLOW: 'none (default)',
    });
  });

  it('tell secret keys by their ids, and of cookie keys how many there are', () => {
    const key = Buffer.alloc(32, 'pl4nted').toString('base64');
    expect(masked('AVIAN_SECRET_KEYS', `k2:${key},k1:${key}`)).toBe('k2:********, k1:********');
    expect(masked('AVIAN_COOKIE_KEYS', `${'a'.repeat(32)} ${'b'.repeat(32)}`)).toBe(
      '********, ********',
    );
  });

  it.each([
    [
      'postgres://avian:pl4nted@db/avian?sslmode=require',
      'postgres://avian:********@db/avian?sslmode=require',
    ],
    ['redis://:pl4nted@cache:6379/0', 'redis://:********@cache:6379/0'],
    [
      'redis+sentinel://a,b/m?sentinel_password=pl4nted',
      'redis+sentinel://a,b/m?sentinel_password=********',
    ],
    ['postgres://avian:pl@nted:pl4nted@db/avian', 'postgres://avian:********@db/avian'],
    ['postgres://db/avian?user=u&password=pl4nted', 'postgres://db/avian?user=u&password=********'],
  ])('keep the password of %s to themselves', (text, shown) => {
    expect(masked('DATABASE_URL', text)).toBe(shown);
  });

  it('keep any password to themselves', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const password = `pl4nted${encodeURIComponent(text)}`;
        expect(masked('REDIS_URL', `rediss://avian:${password}@cache:6379`)).not.toContain(
          'pl4nted',
        );
      }),
    );
  });
});
