import { pbkdf2Sync, scryptSync } from 'node:crypto';
import argon2 from 'argon2';
import { bcrypt } from 'hash-wasm';
import { describe, expect, it } from 'vitest';
import { verifyImported } from './schemes.argon2.ts';

const salt = Buffer.from('somesaltsomesalt');
const PASSWORD = 'Grüße an alle 7!';
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');

/** As systems with bcrypt did: whatever is beyond 72 bytes is not looked at. */
const bcryptOf = (password: string, version = '$2b') =>
  bcrypt({
    password: Buffer.from(password).subarray(0, 72),
    salt,
    costFactor: 10,
    outputType: 'encoded',
  }).then((hash) => `${version}${hash.slice(3)}`);

const argon2Of = (type: 0 | 1 | 2, version: 16 | 19) =>
  argon2.hash(PASSWORD, { type, version, memoryCost: 4096, timeCost: 1, parallelism: 1 });

function pbkdf2Of(digest: 'sha1' | 'sha256' | 'sha512', length: number): string {
  const key = pbkdf2Sync(PASSWORD, salt, 10_000, length, digest);
  return `$pbkdf2-${digest}$i=10000$${base64(salt)}$${base64(key)}`;
}

function scryptOf(logN: number, r: number, p: number): string {
  const settings = { N: 2 ** logN, r, p, maxmem: 2 ** 28 };
  const key = scryptSync(PASSWORD, salt, 32, settings);
  return `$scrypt$ln=${logN},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
}

describe('a password kept by another system', () => {
  it.each([
    ['bcrypt 2a', () => bcryptOf(PASSWORD, '$2a')],
    ['bcrypt 2b', () => bcryptOf(PASSWORD)],
    ['bcrypt 2y', () => bcryptOf(PASSWORD, '$2y')],
    ['argon2d', () => argon2Of(0, 19)],
    ['argon2i', () => argon2Of(1, 19)],
    ['argon2id', () => argon2Of(2, 19)],
    ['argon2i of the older version', () => argon2Of(1, 16)],
    ['scrypt', async () => scryptOf(14, 8, 1)],
    ['scrypt with more lanes', async () => scryptOf(15, 8, 4)],
    ['pbkdf2 by SHA-1', async () => pbkdf2Of('sha1', 20)],
    ['pbkdf2 by SHA-256', async () => pbkdf2Of('sha256', 32)],
    ['pbkdf2 by SHA-512', async () => pbkdf2Of('sha512', 64)],
    [
      'pbkdf2 written as passlib does',
      async () => pbkdf2Of('sha512', 64).replace('i=', '').replaceAll('+', '.'),
    ],
  ])('is right by %s, and no other is', async (_, make) => {
    const hash = await make();
    expect(await verifyImported(hash, PASSWORD)).toBe(true);
    expect(await verifyImported(hash, `${PASSWORD}!`)).toBe(false);
    expect(await verifyImported(hash, PASSWORD.toLowerCase())).toBe(false);
    expect(await verifyImported(hash, '')).toBe(false);
  });

  it('agrees with hashes that others published', async () => {
    const ofCrypt = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    expect(await verifyImported(ofCrypt, 'U*U')).toBe(true);
    // RFC 7914 §12.
    const key = Buffer.from(
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
      'hex',
    );
    const scrypt = `$scrypt$ln=14,r=8,p=1$${base64(Buffer.from('SodiumChloride'))}$${base64(key)}`;
    expect(await verifyImported(scrypt, 'pleaseletmein')).toBe(true);
  });

  it('is cut after 72 bytes by bcrypt, as it was there', async () => {
    const long = 'ä'.repeat(40);
    const hash = await bcryptOf(long);
    expect(await verifyImported(hash, `${long}!`)).toBe(true);
    expect(await verifyImported(hash, `${'ä'.repeat(35)}!`)).toBe(false);
  });

  it('is nobody’s where the hash is none', async () => {
    expect(await verifyImported('hunter2', 'hunter2')).toBe(false);
  });
});
