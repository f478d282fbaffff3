import { afterAll, describe, expect, it } from 'vitest';
import { createArgon2Hasher, LOWEST_COST } from './hasher.argon2.ts';
import { readPhc } from './phc.ts';

const hasher = createArgon2Hasher({ cost: LOWEST_COST, forTests: true });
afterAll(() => hasher[Symbol.asyncDispose]());

describe('the argon2 hasher', () => {
  it.each([
    ['memory', { memoryKiB: 19_455, passes: 2, lanes: 1 }],
    ['passes', { memoryKiB: 19_456, passes: 1, lanes: 1 }],
    ['lanes', { memoryKiB: 19_456, passes: 2, lanes: 0 }],
  ])('refuses %s below the floor', (_, cost) => {
    expect(() => createArgon2Hasher({ cost })).toThrow(RangeError);
  });

  it('uses the floor where nothing else is set', async () => {
    await using strong = createArgon2Hasher();
    const phc = readPhc(await strong.hash('correct horse'));
    expect(phc?.algorithm).toBe('argon2id');
    expect(Object.fromEntries(phc?.parameters ?? [])).toStrictEqual({ m: 19_456, t: 2, p: 1 });
  });

  it('tells the right password from every other', async () => {
    const phc = await hasher.hash('correct horse');
    expect(await hasher.verify(phc, 'correct horse')).toBe(true);
    expect(await hasher.verify(phc, 'correct horsf')).toBe(false);
    expect(await hasher.verify(phc, '')).toBe(false);
  });

  it('gives each hash its own salt, and never the password', async () => {
    const [one, other] = await Promise.all([
      hasher.hash('correct horse'),
      hasher.hash('correct horse'),
    ]);
    expect(one).not.toBe(other);
    expect(one).not.toContain('correct');
  });

  it('does not cut: two passwords that share 72 bytes are two (bcrypt’s limit)', async () => {
    const shared = 'a'.repeat(72);
    const phc = await hasher.hash(`${shared}b`);
    expect(await hasher.verify(phc, `${shared}c`)).toBe(false);
    expect(await hasher.verify(phc, shared)).toBe(false);
  });

  it('hashes a NUL and what follows it', async () => {
    expect(await hasher.verify(await hasher.hash('a\0b'), 'a\0c')).toBe(false);
  });

  it('verifies what other parameters made, and calls it outdated where they were less', async () => {
    await using other = createArgon2Hasher({ cost: { ...LOWEST_COST, passes: 2 }, forTests: true });
    const phc = await hasher.hash('correct horse');
    expect(await other.verify(phc, 'correct horse')).toBe(true);
    expect(other.isOutdated(phc)).toBe(true);
    expect(hasher.isOutdated(phc)).toBe(false);
    expect(hasher.isOutdated(await other.hash('correct horse'))).toBe(false);
  });

  it.each([
    ['another algorithm', '$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA'],
    ['an older version', '$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA'],
    ['a missing parameter', '$argon2id$v=19$m=19456,p=1$c29tZXNhbHQ$aGFzaA'],
    ['no hash at all', 'hunter2'],
  ])('calls %s outdated', (_, phc) => {
    expect(hasher.isOutdated(phc)).toBe(true);
  });

  it('takes what it cannot read for nobody’s password', async () => {
    expect(await hasher.verify('hunter2', 'hunter2')).toBe(false);
    expect(await hasher.verify('', '')).toBe(false);
    expect(await hasher.verifyNothing('hunter2')).toBe(false);
  });

  it('verifies no scheme but its own, and another system’s only when told that it is', async () => {
    const theirs = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    expect(await hasher.verify(theirs, 'U*U')).toBe(false);
    expect(await hasher.verifyImported(theirs, 'U*U')).toBe(true);
    expect(await hasher.verifyImported(theirs, 'U*V')).toBe(false);
    const argon2i = (await hasher.hash('correct horse')).replace('argon2id', 'argon2i');
    expect(await hasher.verify(argon2i, 'correct horse')).toBe(false);
    expect(await hasher.verifyImported('hunter2', 'hunter2')).toBe(false);
  });

  it('answers each of many callers with their own answer', async () => {
    const phcs = await Promise.all(Array.from({ length: 20 }, (_, at) => hasher.hash(`p${at}`)));
    const answers = await Promise.all(phcs.map((phc, at) => hasher.verify(phc, `p${at % 10}`)));
    expect(answers).toStrictEqual(phcs.map((_, at) => at < 10));
  });
});
