import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commonPasswords, listedPasswords } from '#src/testing/common-passwords.ts';
import { COMMON_PASSWORDS_FILE, readCommonPasswords } from './common.file.ts';
import { isCommon } from './common.ts';
import { folded } from './rules.js';

const common = readCommonPasswords();

describe('the list of common passwords', () => {
  it('is what its script makes of the published one', () => {
    expect(readFileSync(COMMON_PASSWORDS_FILE).equals(commonPasswords())).toBe(true);
  });

  it('has at least 49,000, every one that was published', () => {
    const listed = listedPasswords();
    expect(new Set(listed).size).toBeGreaterThanOrEqual(49_000);
    expect(listed.filter((password) => !common.has(folded(password)))).toStrictEqual([]);
  });

  it('takes nothing else for one of them', () => {
    const listed = new Set(listedPasswords().map(folded));
    const others = listedPasswords()
      .map((password) => `${password}\u0007`)
      .filter((password) => !listed.has(password));
    expect(others.filter((password) => common.has(password))).toStrictEqual([]);
    expect(common.has('')).toBe(false);
  });
});

describe('a common password', () => {
  it.each([
    'password',
    'PassWord',
    'Password2024!',
    '!!password12345',
    'ｐａｓｓｗｏｒｄ',
    'trustno1',
  ])('is known in %s', (password) => {
    expect(isCommon(password, common)).toBe(true);
  });

  it.each([
    ['by more than half other characters around it', 'password-123456789'],
    ['by another word beside it', 'password giraffe'],
    ['by its middle', 'pass7#word'],
    ['without letters', '8417-5093-2266'],
  ])('is told %s', (_, password) => {
    expect(isCommon(password, common)).toBe(false);
  });
});
