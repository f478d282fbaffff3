import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { property } from './property.ts';
import { LEDGER, propertyOf, STEP, slugOf } from './property-ledger.ts';

const files = globSync('{src,docs}/**/p[0-9][0-9]-*.test.ts');

describe('the ledger of properties', () => {
  test('holds P1 to P64, once each and in order', () => {
    expect(LEDGER.map(({ number }) => number)).toEqual(
      Array.from({ length: 64 }, (_, at) => at + 1),
    );
  });

  test('gives each number one title, apart from the two logs of the same refusal', () => {
    const titles = LEDGER.map(({ title }) => title);
    const doubled = titles.filter((title, at) => titles.indexOf(title) !== at);
    expect(doubled).toEqual(['Authorization Failure Logging']);
  });

  test.each(LEDGER.filter(({ step }) => step <= STEP))(
    'P$number has its one file, in $room',
    (row) => {
      expect(
        files.filter((file) => file.includes(`/p${String(row.number).padStart(2, '0')}-`)),
      ).toEqual([
        expect.stringMatching(`^src/${row.room}/properties/${slugOf(row)}(\\.wired)?\\.test\\.ts$`),
      ]);
    },
  );

  test('knows every file that bears a number, by room, name and title', () => {
    const strays = files.filter((file) => !LEDGER.some((row) => isFileOf(row, file)));
    expect(strays).toEqual([]);
  });
});

describe('property()', () => {
  test('refuses a number that is not in the ledger', () => {
    expect(() => property(65, 'Password Hashing Consistency', () => undefined)).toThrow(
      'no property P65',
    );
  });

  test('refuses a title that is another number’s', () => {
    expect(() => property(2, 'Password Hashing Consistency', () => undefined)).toThrow(
      'P2 is “Password Verification Correctness”',
    );
  });

  test('finds the row of a number and its title', () => {
    expect(propertyOf(62, 'Session Invalidation on Reset')).toMatchObject({ requirement: 'R11.4' });
  });
});

function isFileOf(row: (typeof LEDGER)[number], file: string): boolean {
  const stem = `src/${row.room}/properties/${slugOf(row)}`;
  if (file !== `${stem}.test.ts` && file !== `${stem}.wired.test.ts`) return false;
  return readFileSync(file, 'utf8').includes(`property(${row.number}, '${row.title}'`);
}
