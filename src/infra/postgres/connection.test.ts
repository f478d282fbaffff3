import { types } from 'pg';
import { describe, expect, test } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { connectionOf, readBigint, withBigint } from './connection.ts';

const TLS = { ca: 'PEM' };

describe('connectionOf', () => {
  test.each([
    ['no word of it', 'postgres://a@db/avian', undefined, false],
    ['sslmode=disable', 'postgres://a@db/avian?sslmode=disable', undefined, false],
    [
      'sslmode=require',
      'postgres://a@db/avian?sslmode=require',
      undefined,
      { rejectUnauthorized: true },
    ],
    [
      'sslmode=verify-ca',
      'postgres://a@db/avian?sslmode=verify-ca',
      undefined,
      { rejectUnauthorized: true },
    ],
    [
      'sslmode=verify-full',
      'postgres://a@db/avian?sslmode=verify-full',
      undefined,
      { rejectUnauthorized: true },
    ],
    [
      'sslmode=no-verify',
      'postgres://a@db/avian?sslmode=no-verify',
      undefined,
      { rejectUnauthorized: false },
    ],
    ['TLS asked for', 'postgres://a@db/avian', {}, { rejectUnauthorized: true }],
    [
      'TLS with a CA',
      'postgres://a@db/avian?sslmode=require',
      TLS,
      { rejectUnauthorized: true, ca: 'PEM' },
    ],
    ['a socket', 'postgres://a@/avian?host=%2Frun%2Fpg', TLS, false],
    ['a socket, plainly written', 'postgres://a@/avian?host=/run/pg', TLS, false],
    ['a socket in the place of a host', 'postgres://a@%2Frun%2Fpg/avian', TLS, false],
  ])('encrypts as is right for %s', (_, url, tls, ssl) => {
    expect(connectionOf(url, tls).ssl).toEqual(ssl);
  });

  test.each(['disable', 'no-verify'])(
    'refuses sslmode=%s where validated TLS is asked for',
    (mode) => {
      expect(() => connectionOf(`postgres://a@db/avian?sslmode=${mode}`, TLS)).toThrow(
        InvalidInput,
      );
    },
  );

  test.each(['prefer', 'allow', 'on', ''])('refuses sslmode=%s, which promises nothing', (mode) => {
    expect(() => connectionOf(`postgres://a@db/avian?sslmode=${mode}`)).toThrow(InvalidInput);
  });

  test('keeps what else the URL says', () => {
    const url = 'postgres://a:p%40ss@db:6432/avian?sslmode=require&options=-c%20x%3Dy';
    expect(connectionOf(url).connectionString).toBe(
      'postgres://a:p%40ss@db:6432/avian?options=-c+x%3Dy',
    );
  });

  test('asks nothing at start-up that a pooler in transaction mode refuses', () => {
    expect(Object.keys(connectionOf('postgres://a@db/avian')).toSorted()).toEqual([
      'application_name',
      'connectionString',
      'ssl',
      'types',
    ]);
  });
});

describe('a bigint', () => {
  test.each([
    ['0', 0],
    ['-7', -7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('of %s is that number', (text, value) => {
    expect(readBigint(text)).toBe(value);
  });

  test.each(['9007199254740992', '-9223372036854775808'])(
    'of %s is refused, not rounded',
    (text) => {
      expect(() => readBigint(text)).toThrow(RangeError);
    },
  );

  test('is the only type that is read otherwise', () => {
    const parsers = withBigint(types.getTypeParser);
    expect(parsers.getTypeParser(types.builtins.INT8, 'text')).toBe(readBigint);
    expect(parsers.getTypeParser(types.builtins.BOOL, 'text')).toBe(
      types.getTypeParser(types.builtins.BOOL, 'text'),
    );
  });
});
