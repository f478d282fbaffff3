import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-address.ts';

describe('a public address', () => {
  it.each(['9.9.9.9', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    'is %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
    ...['172.16.0.1', '172.31.255.255', '192.0.2.1', '192.168.1.1', '198.19.0.1', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:9.9.9.9', '64:ff9b::a00:1'],
    ...['fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12::9', 'ff02::1', '2001:db8::1', '2002:7f00:1::'],
    ...['3fff::1', '', 'localhost', '127.1', '0x7f.1'],
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));

  it('is none of a private network’s, whichever', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom(10, 127, 0), octet, octet, octet, (...octets) => {
        expect(isPublicAddress(octets.join('.'))).toBe(false);
      }),
    );
  });
});
