import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { advice, ensure, isPart, locate } from './install.ts';

describe('what the tests need from the machine', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'avian-install-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is found in the first folder of the path that has it', () => {
    for (const place of ['a', 'b']) program(join(folder, place));
    expect(
      locate('chromium', `${join(folder, 'none')}::${join(folder, 'b')}:${join(folder, 'a')}`),
    ).toBe(join(folder, 'b', 'chromium'));
  });

  test('is not a file that cannot be run', () => {
    program(folder);
    chmodSync(join(folder, 'chromium'), 0o644);
    expect(locate('chromium', folder)).not.toBe(join(folder, 'chromium'));
  });

  test('is named with its packages, and with the variable that takes its place', () => {
    expect(advice(['redis-server', 'chromium'])).toBe(
      'The tests need redis-server, chromium: install it ' +
        '(apt-get install redis-server chromium fonts-dejavu-core), or give TEST_REDIS_URL.',
    );
  });

  test('is left alone when nothing is missing', () => {
    expect(() => ensure([])).not.toThrow();
    expect(isPart('chromium')).toBe(true);
    expect(isPart('firefox')).toBe(false);
  });

  function program(place: string): void {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'chromium'), '', { mode: 0o755 });
  }
});
