import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { hostileText } from '#src/testing/hostile.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { createCursors } from './paging.ts';

const cursors = createCursors({ digest: createDigest(Buffer.alloc(32, 1)) });
const strangers = createCursors({ digest: createDigest(Buffer.alloc(32, 2)) });
const flock = tenantId('0190a0b0-0000-7000-8000-000000000001');
const herd = tenantId('0190a0b0-0000-7000-8000-000000000002');
const ADA = administratorOf(flock);
const position = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 });

/** What a scope, a kind and a key other than those a cursor was written with make of it. */
const readings: readonly [string, AdminScope, string][] = [
  ['another tenant', administratorOf(herd), 'users'],
  ['the whole server', operatorOf(flock), 'users'],
  ['another list', ADA, 'clients'],
];

describe('a cursor', () => {
  it('gives back the position it was written for, to any administrator of the tenant', () => {
    fc.assert(
      fc.property(position, (place) => {
        const cursor = cursors.write(ADA, 'users', place);
        expect(cursors.read(administratorOf(flock), 'users', cursor)).toEqual(place);
        expect(cursor).toMatch(/^[\w.-]+$/);
      }),
    );
  });

  it.each(readings)('is refused in %s', (_, scope, kind) => {
    const cursor = cursors.write(ADA, 'users', ['a']);
    expect(() => cursors.read(scope, kind, cursor)).toThrow(InvalidInput);
  });

  it('of the whole server is refused in a tenant', () => {
    const cursor = cursors.write(operatorOf(flock), 'users', ['a']);
    expect(() => cursors.read(ADA, 'users', cursor)).toThrow(InvalidInput);
  });

  it('is refused when anything of it was altered', () => {
    const cursor = cursors.write(ADA, 'users', ['2030-01-01', 'x']);
    fc.assert(
      fc.property(
        fc.nat(cursor.length - 1),
        fc.constantFrom('A', 'z', '_', '.', '=', "'", ''),
        (at, letter) => {
          const altered = cursor.slice(0, at) + letter + cursor.slice(at + 1);
          fc.pre(altered !== cursor);
          expect(() => cursors.read(ADA, 'users', altered)).toThrow(InvalidInput);
        },
      ),
    );
  });

  it('is refused when it is made up, by whatever key but ours (security case 161)', () => {
    const forged = position.map((place) => strangers.write(ADA, 'users', place));
    const sql = fc.constantFrom("' or 1=1--", '1; drop table users', '', '.', 'e30.e30');
    fc.assert(
      fc.property(fc.oneof(forged, hostileText, sql), (cursor) => {
        expect(() => cursors.read(ADA, 'users', cursor)).toThrow(InvalidInput);
      }),
    );
  });
});
