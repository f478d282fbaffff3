import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { generateSigningKey, type SigningAlgorithm } from './keys.ts';
import { createSigner } from './signer.ts';

describe.each<SigningAlgorithm>(['RS256', 'ES256'])('a signer for %s', (alg) => {
  it('signs what its public key verifies as JSON Web Signature, and nothing else', async () => {
    const signer = createSigner(await generateSigningKey(alg));
    const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
    const signed = async (text: string) => {
      const input = `${header}.${Buffer.from(text).toString('base64url')}`;
      return `${input}.${(await signer.sign(Buffer.from(input))).toString('base64url')}`;
    };

    const { payload } = await compactVerify(await signed('text'), signer.publicKey);
    expect(Buffer.from(payload).toString()).toBe('text');

    const [, , signature] = (await signed('another')).split('.');
    const [head, body] = (await signed('text')).split('.');
    await expect(
      compactVerify(`${head}.${body}.${signature}`, signer.publicKey),
    ).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  });

  it('shows no private half', async () => {
    const { publicKey } = createSigner(await generateSigningKey(alg));

    expect(publicKey.type).toBe('public');
  });
});
