import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { generateSigningKey, type SigningAlgorithm, type SigningKey } from './keys.ts';

/** What everyone may have of it (RFC 7518 §6). */
function publicHalfOf(key: SigningKey): JWK {
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'] as const;
  return Object.fromEntries(members.flatMap((name) => (key[name] ? [[name, key[name]]] : [])));
}

describe.each<SigningAlgorithm>(['RS256', 'ES256'])('a signing key for %s', (alg) => {
  it('signs what its public half verifies', async () => {
    const key = await generateSigningKey(alg);
    const signed = await new CompactSign(Buffer.from('text'))
      .setProtectedHeader({ alg, kid: key.kid })
      .sign(await importJWK(key, alg));

    const { payload } = await compactVerify(signed, await importJWK(publicHalfOf(key), alg));
    expect(Buffer.from(payload).toString()).toBe('text');
  });

  it('is named by the thumbprint of its public half (RFC 7638)', async () => {
    const key = await generateSigningKey(alg);

    expect(key).toMatchObject({
      alg,
      use: 'sig',
      kid: await calculateJwkThumbprint(publicHalfOf(key)),
    });
    expect((await generateSigningKey(alg)).kid).not.toBe(key.kid);
  });
});
