import { DrizzleQueryError } from 'drizzle-orm';
import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';
import {
  Conflict,
  Forbidden,
  InvalidInput,
  TenantBoundary,
  Unavailable,
} from '#src/kernel/faults.ts';
import { faultOf } from './errors.ts';

function reported(code: string): DatabaseError {
  const error = new DatabaseError('as the server says it', 0, 'error');
  error.code = code;
  return error;
}

const system = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('faultOf', () => {
  test.each([
    ['23505', Conflict],
    ['23503', Conflict],
    ['42501', TenantBoundary],
    ['22021', InvalidInput],
    ['22P05', InvalidInput],
    ['08006', Unavailable],
    ['08P01', Unavailable],
    ['53300', Unavailable],
    ['57014', Unavailable],
    ['57P01', Unavailable],
    ['57P03', Unavailable],
    ['55P03', Unavailable],
    ['25P03', Unavailable],
    ['40001', Unavailable],
    ['40P01', Unavailable],
  ])('takes SQLSTATE %s as a fault of ours', (code, fault) => {
    expect(faultOf(reported(code))).toBeInstanceOf(fault);
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE'])(
    'takes %s as the database being away',
    (code) => {
      expect(faultOf(system(code))).toBeInstanceOf(Unavailable);
    },
  );

  test.each([
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Connection terminated due to connection timeout',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ])('takes the driver’s “%s” as the database being away', (message) => {
    expect(faultOf(new Error(message))).toBeInstanceOf(Unavailable);
  });

  test.each(['42P01', '22012', '23502', '23514', '25P02'])(
    'leaves SQLSTATE %s, a mistake of ours, as it is',
    (code) => {
      const error = reported(code);
      expect(faultOf(error)).toBe(error);
    },
  );

  test('leaves faults and other errors as they are', () => {
    const fault = new Forbidden('no');
    expect(faultOf(fault)).toBe(fault);
    const error = new RangeError('out of range');
    expect(faultOf(error)).toBe(error);
    expect(faultOf('a string')).toBe('a string');
  });

  test('looks into drizzle’s wrapper, and drops it with the parameters it tells', () => {
    const inner = reported('42P01');
    expect(faultOf(new DrizzleQueryError('select $1', ['a secret'], inner))).toBe(inner);
    const fault = faultOf(new DrizzleQueryError('select $1', ['a secret'], reported('23505')));
    expect(fault).toBeInstanceOf(Conflict);
    expect(JSON.stringify(fault) + String((fault as Conflict).cause)).not.toContain('a secret');
  });
});
