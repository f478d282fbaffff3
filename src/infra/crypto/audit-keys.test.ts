import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuditKeys } from './audit-keys.ts';

// RFC 8032 §7.1, test 2.
const SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
const SIGNATURE = Buffer.from(
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  'hex',
);
const keys = createAuditKeys({ seal: Buffer.alloc(32, 1), sign: SEED });

describe('the audit log’s keys', () => {
  it('sign as Ed25519 does, for anybody with the public half to check', () => {
    expect(keys.sign('r')).toStrictEqual(SIGNATURE);
    expect(verify(null, Buffer.from('r'), createPublicKey(keys.publicKey), SIGNATURE)).toBe(true);
    expect(keys.publicKey).not.toContain(SEED.toString('base64'));
  });

  it('take no signature but their own, of whatever length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (signature) => {
        expect(keys.verify('r', signature)).toBe(Buffer.from(signature).equals(SIGNATURE));
      }),
    );
    expect(keys.verify('r', SIGNATURE)).toBe(true);
    expect(keys.verify('s', SIGNATURE)).toBe(false);
  });

  it('seal by purpose and by key', () => {
    const others = createAuditKeys({ seal: Buffer.alloc(32, 2), sign: SEED });
    const seals = [keys.mac('entry', 'a'), keys.mac('link', 'a'), others.mac('entry', 'a')];
    expect(new Set(seals.map((seal) => seal.toString('hex'))).size).toBe(3);
    expect(keys.mac('entry', 'a')).toHaveLength(32);
  });
});
