import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { createTestClock } from '#src/testing/clock.ts';
import type { PasswordHasher } from './hasher.ts';
import { createPasswords } from './service.ts';
import type { PasswordStore } from './store.ts';

/** A hasher that notes what it was asked, at no cost: its hash of `p` is `#p`. */
function notingHasher() {
  const asked: string[] = [];
  const hasher: PasswordHasher = {
    hash: async (password) => `#${password}`,
    verify: async (phc, password) => {
      asked.push(phc);
      return phc === `#${password}`;
    },
    verifyNothing: async () => {
      asked.push('nothing');
      return false;
    },
    isOutdated: (phc) => phc.endsWith('!'),
  };
  return { asked, hasher };
}

const store: PasswordStore = { find: async () => undefined, put: async () => undefined };

function aRoom() {
  const { asked, hasher } = notingHasher();
  return { asked, passwords: createPasswords({ store, hasher, clock: createTestClock() }) };
}

describe('passwords', () => {
  it('finds a password right however its accents were typed', async () => {
    const { passwords } = aRoom();
    const phc = await passwords.prepare('caf\u00e9');
    expect(await passwords.check(phc, 'cafe\u0301')).toBe('right');
  });

  it('says when a right one was hashed with less than today’s parameters', async () => {
    const { passwords } = aRoom();
    expect(await passwords.check('#weak!', 'weak!')).toBe('right-outdated');
    expect(await passwords.check('#weak!', 'strong')).toBe('wrong');
  });

  it('does as much work where there is no such account', async () => {
    const { asked, passwords } = aRoom();
    expect(await passwords.check(undefined, 'anything')).toBe('wrong');
    expect(asked).toStrictEqual(['nothing']);
  });

  it.each([
    ['129 characters', 'a'.repeat(129)],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['nothing', ''],
    ['a lone surrogate', '\ud800'],
  ])('refuses %s before hashing, and does as much work to find it wrong', async (_, password) => {
    const { asked, passwords } = aRoom();
    await expect(passwords.prepare(password)).rejects.toBeInstanceOf(InvalidInput);
    expect(await passwords.check('#', password)).toBe('wrong');
    expect(await passwords.check(undefined, password)).toBe('wrong');
    expect(asked).toStrictEqual(['#', 'nothing']);
  });
});
