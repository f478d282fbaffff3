import { describe } from 'vitest';
import { propertyOf } from './property-ledger.ts';

/**
 * The suite of one numbered property. Its name is the ledger's (`P62 Session Invalidation on Reset`);
 * a number or title that isn't there is refused.
 */
export function property(number: number, title: string, body: () => void): void {
  const row = propertyOf(number, title);
  describe(`P${row.number} ${row.title}`, () => {
    body();
  });
}
