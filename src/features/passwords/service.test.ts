import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { ADA, aPassword, createRoom, notingHasher } from './bench.ts';
import type { StoredPassword } from './passwords.ts';

const NOON = new Date('2030-01-01T12:00:00Z');

function stored(hash: string, imported = false): StoredPassword {
  return { hash, imported, changedAt: NOON, expiresAt: null };
}

describe('checking a password', () => {
  it('finds it right however its accents were typed', async () => {
    const { passwords, choose, read } = createRoom();
    await choose('Caf\u00e9-au-lait-7');
    expect(await passwords.check(await read(), 'Cafe\u0301-au-lait-7')).toBe('right');
  });

  it('says when a right one was hashed with less than today’s parameters', async () => {
    const { passwords } = createRoom();
    expect(await passwords.check(stored('#weak!'), 'weak!')).toBe('right-outdated');
    expect(await passwords.check(stored('#weak!'), 'strong')).toBe('wrong');
  });

  it('does as much work where there is no such account', async () => {
    const { asked, passwords } = createRoom();
    expect(await passwords.check(undefined, 'anything')).toBe('wrong');
    expect(asked).toStrictEqual(['nothing']);
  });

  it.each([
    ['129 characters', 'a'.repeat(129)],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['nothing', ''],
    ['a lone surrogate', '\ud800'],
  ])('does as much work to find %s wrong', async (_, password) => {
    const { asked, passwords } = createRoom();
    expect(await passwords.check(stored('#'), password)).toBe('wrong');
    expect(await passwords.check(stored('~', true), password)).toBe('wrong');
    expect(await passwords.check(undefined, password)).toBe('wrong');
    expect(asked).toStrictEqual(['#', '~', 'nothing']);
  });
});

describe('a hash of another system', () => {
  it('is outdated whenever it is right, and right as it was typed or normalised', async () => {
    const { passwords } = createRoom();
    const typed = 'cafe\u0301';
    expect(await passwords.check(stored(`~${typed}`, true), typed)).toBe('right-outdated');
    expect(await passwords.check(stored(`~${typed.normalize()}`, true), typed)).toBe(
      'right-outdated',
    );
    expect(await passwords.check(stored(`~${typed}`, true), 'cafe')).toBe('wrong');
  });

  it('is verified as ours only where it is not marked as theirs', async () => {
    const { passwords } = createRoom();
    expect(await passwords.check(stored('~secret', false), 'secret')).toBe('wrong');
    expect(await passwords.check(stored('#secret', true), 'secret')).toBe('wrong');
  });

  it('is kept as such, expires like any other, and is ours after the next success', async () => {
    const { passwords, clock, inTenant, read } = createRoom({ days: 10 });
    const bcrypt = `$2b$10$${'a'.repeat(53)}`;
    expect(await inTenant((unit) => passwords.import(unit, ADA.id, bcrypt))).toBe(true);
    const imported = await read();
    const expiresAt = new Date(clock.now().getTime() + 10 * 86_400_000);
    expect(imported).toStrictEqual({
      hash: bcrypt,
      imported: true,
      changedAt: clock.now(),
      expiresAt,
    });
    clock.pass(1000);
    const change = { from: bcrypt, to: '#now' };
    expect(await inTenant((unit) => passwords.renew(unit, ADA.id, change))).toBe(true);
    expect(await inTenant((unit) => passwords.renew(unit, ADA.id, change))).toBe(false);
    expect(await read()).toStrictEqual({ ...imported, hash: '#now', imported: false });
  });

  it('is refused when it is none', async () => {
    const { passwords, inTenant } = createRoom();
    const importing = inTenant((unit) => passwords.import(unit, ADA.id, 'hunter2'));
    await expect(importing).rejects.toBeInstanceOf(InvalidInput);
  });
});

describe('preparing a password', () => {
  it('names every cheap fault at once, and hashes nothing', async () => {
    const { asked, choose } = createRoom({ common: { has: () => true } });
    const faults = ['too-short', 'no-upper', 'no-digit', 'no-symbol', 'personal', 'common'];
    expect(await choose('lovelace')).toStrictEqual(faults);
    expect(asked).toStrictEqual([]);
  });

  it.each([
    ['129 characters', 'Aa1-'.repeat(33)],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['a lone surrogate', `${aPassword()}\ud800`],
  ])('refuses %s before hashing', async (_, password) => {
    const { asked, choose } = createRoom();
    expect(await choose(password)).toStrictEqual(['too-long']);
    expect(asked).toStrictEqual([]);
  });

  it('asks of length and blocklist alone where the tenant says so', async () => {
    const { choose } = createRoom({ rules: 'nist' });
    expect(await choose('fourteen chars')).toStrictEqual(['too-short']);
    expect(await choose('correct horse battery staple')).toStrictEqual(['common']);
    expect(await choose('fifteen letters')).toStrictEqual([]);
  });

  it('looks at earlier ones only when nothing else speaks against it, one after another', async () => {
    const { asked, choose } = createRoom();
    for (const number of [1, 2, 3]) await choose(aPassword(number));
    asked.length = 0;
    expect(await choose('short')).not.toContain('reused');
    expect(asked).toStrictEqual([]);
    expect(await choose(aPassword(1))).toStrictEqual(['reused']);
    expect(asked).toStrictEqual([3, 2, 1].map((number) => `#${aPassword(number)}`));
  });

  it('finds an earlier one of another system', async () => {
    const { passwords, choose, store, inTenant } = createRoom();
    const theirs = stored(`~${aPassword(1)}`, true);
    await inTenant((unit) => store.insert(unit, ADA.id, theirs));
    expect(await choose(aPassword(1))).toStrictEqual(['reused']);
    expect(await choose(aPassword(2))).toStrictEqual([]);
    expect(await choose(aPassword(1))).toStrictEqual(['reused']);
    expect(await inTenant((unit) => passwords.read(unit, ADA.id))).toMatchObject({
      imported: false,
    });
  });

  it('looks at nobody’s earlier ones where there is no account yet', async () => {
    const { passwords, choose } = createRoom();
    await choose(aPassword(1));
    const { id: _, ...stranger } = ADA;
    expect(await passwords.prepare(aPassword(1), stranger)).toMatchObject({ ok: true });
  });

  it('hashes with no unit open', async () => {
    const { hasher } = notingHasher();
    const open: number[] = [];
    const room = createRoom({
      hasher: {
        ...hasher,
        async hash(password) {
          open.push(room.openUnits());
          return hasher.hash(password);
        },
        async verify(phc, password) {
          open.push(room.openUnits());
          return hasher.verify(phc, password);
        },
      },
    });
    await room.choose(aPassword(1));
    await room.choose(aPassword(2));
    expect(open).toStrictEqual([0, 0, 0]);
  });
});

describe('setting a password', () => {
  it('does nothing when it was changed since it was prepared', async () => {
    const { passwords, choose, inTenant, read } = createRoom();
    const first = await passwords.prepare(aPassword(1), ADA);
    await choose(aPassword(2));
    const second = await passwords.prepare(aPassword(3), ADA);
    await choose(aPassword(4));
    for (const judged of [first, second]) {
      if (!judged.ok) throw new Error('It is fit');
      expect(await inTenant((unit) => passwords.put(unit, ADA.id, judged.value))).toBe(false);
    }
    expect((await read())?.hash).toBe(`#${aPassword(4)}`);
  });

  it('hashes the same password anew whatever the rules say of it, but never what can be none', async () => {
    const { passwords } = createRoom();
    expect(await passwords.rehash('cafe\u0301')).toBe('#caf\u00e9');
    await expect(passwords.rehash('')).rejects.toThrow(TypeError);
  });
});

describe('the policy', () => {
  it('is what the tenant chose', async () => {
    const { passwords } = createRoom({ rules: 'nist', days: null });
    expect(await passwords.policyOf(ADA.tenantId)).toStrictEqual({
      rules: 'nist',
      minLength: 15,
      days: null,
    });
  });
});
