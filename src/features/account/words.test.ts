import { describe, expect, it } from 'vitest';
import { DAY, HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import { agoWords, browserWords, dateWords, howWords } from './words.ts';

const NOON = new Date('2030-11-22T12:00:00.000Z');

describe('what a page says of a session', () => {
  it.each([
    ['Firefox', 'Windows', 'Firefox on Windows'],
    ['Firefox', 'Unknown', 'Firefox'],
    ['Unknown', 'Android', 'Unknown browser on Android'],
    ['Unknown', 'Unknown', 'Unknown browser'],
  ])('names %s and %s as far as they are known', (family, platform, words) => {
    expect(browserWords({ family, platform })).toBe(words);
  });

  it.each([
    [-MINUTE, 'just now'],
    [0, 'just now'],
    [MINUTE - 1, 'just now'],
    [MINUTE, '1 minute ago'],
    [HOUR - 1, '59 minutes ago'],
    [HOUR, '1 hour ago'],
    [DAY, '24 hours ago'],
  ])('counts %i ms in words', (gone, words) => {
    expect(agoWords(NOON, later(NOON, gone))).toBe(words);
  });

  it('writes an instant out, with its zone', () => {
    expect(dateWords(new Date('2030-11-02T09:04:59.999Z'))).toBe('2 November 2030 at 09:04 UTC');
  });

  it.each([
    [['pwd'], 'password'],
    [['pwd', 'otp', 'mfa'], 'password and one-time code'],
    [['hwk', 'hwk'], 'security key'],
    [['mfa', '__proto__'], undefined],
    [[], undefined],
  ])('names the methods that people know of %j', (how, words) => {
    expect(howWords(how)).toBe(words);
  });
});
