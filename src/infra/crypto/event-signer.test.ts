import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventSecretOf, signEvent } from './event-signer.ts';

describe('the signature of an event', () => {
  it('is that of the test vector which Standard Webhooks publish', () => {
    const content = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}';
    expect(signEvent('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', content)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('is what a receiver computes from the bytes that the secret holds', () => {
    const keys = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(keys, fc.string(), (key, content) => {
        const secret = eventSecretOf(Buffer.from(key).toString('base64url'));
        expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
        const expected = createHmac('sha256', key).update(content, 'utf8').digest('base64');
        expect(signEvent(secret, content)).toBe(`v1,${expected}`);
      }),
    );
  });

  it.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_@@@'])(
    'is not made with %j',
    (secret) => expect(() => signEvent(secret, 'x')).toThrow(RangeError),
  );
});
