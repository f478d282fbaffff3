import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { aPassword, createRoom } from '../bench.ts';
import { isExpired } from '../expiry.ts';

async function aged(days: number | null | undefined, age: number): Promise<boolean> {
  const { choose, read, clock } = createRoom(days === undefined ? {} : { days });
  await choose(aPassword());
  const stored = await read();
  if (!stored) throw new Error('It was put');
  clock.pass(age);
  return isExpired(stored, clock.now());
}

property(37, 'Password Expiration Enforcement', () => {
  it('holds a password to be expired from its ninetieth day on, and not before', async () => {
    const around = fc.oneof(
      fc.nat({ max: 200 * DAY }),
      fc.integer({ min: -5, max: 5 }).map((offset) => 90 * DAY + offset),
    );
    await fc.assert(
      fc.asyncProperty(around, async (age) => {
        expect(await aged(undefined, age)).toBe(age >= 90 * DAY);
      }),
      { numRuns: 500 },
    );
  });

  it('goes by the tenant’s number of days', async () => {
    const days = fc.integer({ min: 1, max: 3650 });
    await fc.assert(
      fc.asyncProperty(days, fc.integer({ min: -2, max: 2 }), async (days, offset) => {
        expect(await aged(days, days * DAY + offset)).toBe(offset >= 0);
      }),
      { numRuns: 500 },
    );
  });

  it('lets none expire where the tenant says never', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 100_000 * DAY }), async (age) => {
        expect(await aged(null, age)).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(isExpired({ expiresAt: null }, later(new Date(8.64e15), 0))).toBe(false);
  });
});
