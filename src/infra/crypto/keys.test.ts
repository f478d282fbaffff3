import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { generateSigningKey, publicJwk, type SigningAlgorithm } from './keys.ts';

describe.each<[SigningAlgorithm, string[]]>([
  ['RS256', ['alg', 'e', 'kid', 'kty', 'n', 'use']],
  ['ES256', ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
])('a signing key for %s', (alg, members) => {
  it('signs what its public half verifies', async () => {
    const key = await generateSigningKey(alg);
    const signed = await new CompactSign(Buffer.from('text'))
      .setProtectedHeader({ alg, kid: key.kid })
      .sign(await importJWK(key, alg));

    const { payload } = await compactVerify(signed, await importJWK(publicJwk(key), alg));
    expect(Buffer.from(payload).toString()).toBe('text');
  });

  it('is named by the thumbprint of its public half (RFC 7638)', async () => {
    const key = await generateSigningKey(alg);

    expect(key).toMatchObject({
      alg,
      use: 'sig',
      kid: await calculateJwkThumbprint(publicJwk(key)),
    });
    expect((await generateSigningKey(alg)).kid).not.toBe(key.kid);
  });

  it('shows no private member in its public half', async () => {
    const key = await generateSigningKey(alg);

    expect(key.d).toBeTypeOf('string');
    expect(Object.keys(publicJwk(key)).toSorted()).toEqual(members);
  });
});
