import { describe, expect, it } from 'vitest';
import { readPhc } from './phc.ts';

const salted = '$c29tZXNhbHQ$aGFzaA';

describe('readPhc', () => {
  it('finds parameters by name, in whatever order', () => {
    for (const order of ['m=19456,t=2,p=1', 'm=19456,p=1,t=2', 'p=1,t=2,m=19456']) {
      const phc = readPhc(`$argon2id$v=19$${order}${salted}`);
      expect(phc?.algorithm).toBe('argon2id');
      expect(phc?.version).toBe(19);
      expect(Object.fromEntries(phc?.parameters ?? [])).toStrictEqual({ m: 19456, t: 2, p: 1 });
    }
  });

  it('reads one that names no version', () => {
    expect(readPhc(`$argon2i$m=8,t=1,p=1${salted}`)).toMatchObject({ version: undefined });
  });

  it.each([
    ['nothing', ''],
    ['a bcrypt hash', `$2b$10$${'a'.repeat(53)}`],
    ['a clear password', 'hunter2'],
    ['a hash without a salt', '$argon2id$v=19$m=8,t=1,p=1$aGFzaA'],
    ['a parameter that is no number', `$argon2id$v=19$m=all${salted}`],
    ['one with a line behind it', `$argon2id$v=19$m=8,t=1,p=1${salted}\n`],
  ])('reads none in %s', (_, text) => {
    expect(readPhc(text)).toBeUndefined();
  });
});
