import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keySetFault, publicKey } from './keys.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const jwk = (key: typeof rsa.publicKey, over: object = {}) => ({
  ...key.export({ format: 'jwk' }),
  ...over,
});

describe('keySetFault', () => {
  it.each([
    ['RSA', jwk(rsa.publicKey, { alg: 'PS256' })],
    ['P-256', jwk(ec.publicKey, { alg: 'ES256', use: 'sig' })],
    ['Ed25519', jwk(ed.publicKey, { alg: 'EdDSA', kid: 'a' })],
    ['unnamed algorithm', jwk(ec.publicKey)],
  ])('allows a public %s key', (_, key) => {
    expect(keySetFault([key])).toBeUndefined();
  });

  it.each([
    ['RSA', jwk(rsa.privateKey)],
    ['P-256', jwk(ec.privateKey)],
    ['Ed25519', jwk(ed.privateKey)],
  ])('refuses a private %s key, and says what it is', (_, key) => {
    expect(keySetFault([key])).toMatch(/private key/);
  });

  it.each([
    ['a shared secret', { kty: 'oct', k: 'AAAA' }, /shared secret/],
    ['a secret member on a public key', jwk(ec.publicKey, { k: 'AAAA' }), /private key/],
    ['HS256', jwk(rsa.publicKey, { alg: 'HS256' }), /algorithm/],
    ['no algorithm at all', jwk(rsa.publicKey, { alg: 'none' }), /algorithm/],
    ['an algorithm of another type', jwk(ec.publicKey, { alg: 'RS256' }), /algorithm/],
    ['a key for encryption', jwk(rsa.publicKey, { use: 'enc' }), /signatures/],
    ['a short RSA key', { kty: 'RSA', n: 'A'.repeat(170), e: 'AQAB' }, /2048/],
    ['another curve', jwk(ec.publicKey, { crv: 'P-384' }), /P-256/],
    ['another Edwards curve', jwk(ed.publicKey, { crv: 'Ed448' }), /Ed25519/],
    ['a key without its point', { kty: 'EC', crv: 'P-256' }, /lacks/],
    ['an unknown type', { kty: 'AKP' }, /RSA, EC/],
    ['a type that every object has', { kty: 'constructor' }, /RSA, EC/],
    ['nothing', {}, /RSA, EC/],
  ])('refuses %s', (_, key, fault) => {
    expect(keySetFault([key])).toMatch(fault);
  });

  it('wants each of several keys told from the others', () => {
    const [one, two] = [jwk(ec.publicKey), jwk(rsa.publicKey)];
    expect(keySetFault([one, two])).toMatch(/kid/);
    expect(
      keySetFault([
        { ...one, kid: 'a' },
        { ...two, kid: 'a' },
      ]),
    ).toMatch(/kid/);
    expect(
      keySetFault([
        { ...one, kid: 'a' },
        { ...two, kid: 'b' },
      ]),
    ).toBeUndefined();
    expect(keySetFault([])).toMatch(/no key/);
  });
});

describe('publicKey', () => {
  it('keeps what a key needs, and nothing it carries besides', () => {
    const key = jwk(ec.publicKey, { kid: 'a', x5c: ['…'], ext: true });
    expect(Object.keys(publicKey(key)).toSorted()).toStrictEqual(['crv', 'kid', 'kty', 'x', 'y']);
  });
});
