import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { readImported, refuseHash } from './imported.ts';

const SALT = 'c29tZXNhbHRzb21lc2FsdA';
const KEY = 'aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
const TAIL = `$${SALT}$${KEY}`;
const bcrypt = (rounds: string, version = '2b') => `$${version}$${rounds}$${'a'.repeat(53)}`;

describe('a hash of another system', () => {
  it.each([
    ['bcrypt', bcrypt('10')],
    ['bcrypt', bcrypt('14', '2a')],
    ['bcrypt', bcrypt('12', '2y')],
    ['argon2', `$argon2i$v=19$m=65536,t=3,p=4${TAIL}`],
    ['argon2', `$argon2d$v=19$t=1,m=4096,p=1${TAIL}`],
    ['argon2', `$argon2id$m=19456,t=2,p=1${TAIL}`],
    ['scrypt', `$scrypt$ln=14,r=8,p=1${TAIL}`],
    ['scrypt', `$scrypt$ln=17,r=8,p=1$${SALT}==$${KEY}=`],
    ['pbkdf2', `$pbkdf2-sha256$i=600000${TAIL}`],
    ['pbkdf2', `$pbkdf2-sha512$29000$${SALT}$${KEY.replace('a', '.')}`],
    ['pbkdf2', `$pbkdf2$i=10000,l=32${TAIL}`],
    ['pbkdf2', `$pbkdf2-sha1$i=10000${TAIL}`],
  ])('may be %s: %s', (scheme, hash) => {
    expect(readImported(hash)?.scheme).toBe(scheme);
    expect(() => refuseHash(hash)).not.toThrow();
  });

  it.each([
    ['no hash', 'hunter2'],
    ['nothing', ''],
    ['a megabyte', `$argon2id$m=19456,t=2,p=1$${'A'.repeat(1_000_000)}$${KEY}`],
    ['crypt’s MD5', '$1$abc$defghijklmnopqrstuvwxy'],
    ['bcrypt’s first, broken version', bcrypt('10', '2x')],
    ['bcrypt cut short', bcrypt('10').slice(0, -1)],
    ['bcrypt with a line behind it', `${bcrypt('10')}\n`],
    ['bcrypt of nine rounds', bcrypt('09')],
    ['bcrypt of thirty-one rounds', bcrypt('31')],
    ['argon2 of no version there is', `$argon2id$v=20$m=19456,t=2,p=1${TAIL}`],
    ['argon2 of little memory', `$argon2id$v=19$m=8,t=2,p=1${TAIL}`],
    ['argon2 of a gigabyte', `$argon2id$v=19$m=1048576,t=1,p=1${TAIL}`],
    ['argon2 of a thousand passes', `$argon2id$v=19$m=19456,t=1000,p=1${TAIL}`],
    ['argon2 without passes', `$argon2id$v=19$m=19456,p=1${TAIL}`],
    ['argon2 of no lanes', `$argon2id$v=19$m=19456,t=2,p=0${TAIL}`],
    ['scrypt of little memory', `$scrypt$ln=10,r=8,p=1${TAIL}`],
    ['scrypt of a gigabyte', `$scrypt$ln=20,r=8,p=1${TAIL}`],
    ['scrypt beyond any number', `$scrypt$ln=9999999999,r=8,p=1${TAIL}`],
    ['scrypt of many lanes', `$scrypt$ln=14,r=8,p=99${TAIL}`],
    ['pbkdf2 of few iterations', `$pbkdf2-sha256$i=1000${TAIL}`],
    ['pbkdf2 of too many', `$pbkdf2-sha256$i=900000000${TAIL}`],
    ['pbkdf2 by MD5', `$pbkdf2-md5$i=600000${TAIL}`],
    ['a key of one byte', `$pbkdf2-sha256$i=600000$${SALT}$aa`],
    ['a salt of one byte', `$pbkdf2-sha256$i=600000$aa$${KEY}`],
  ])('may not be %s', (_, hash) => {
    expect(() => refuseHash(hash)).toThrow(InvalidInput);
  });

  it('is read in linear time, whatever it is', () => {
    for (const hash of ['$pbkdf2'.padEnd(1024, '='), `$scrypt${'$a='.repeat(300)}`]) {
      expect(readImported(hash)).toBeUndefined();
    }
  });
});
