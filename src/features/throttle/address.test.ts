import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey } from './address.ts';

describe('the key of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('of %s is %s', (text, key) => {
    expect(addressKey(text)).toBe(key);
  });

  it.each([
    '',
    'unknown',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.4:80',
    '[::1]',
    ':::',
    '1::2::3',
    'a'.repeat(9999),
    '1.2.3.4\0',
  ])('is the one of all that is no address, of %j', (text) => {
    expect(addressKey(text)).toBe('unreadable');
  });

  it('is one for every address of a /64, and another for those beside it', () => {
    fc.assert(
      fc.property(group(4), group(4), group(4), (network, one, other) => {
        const written = (groups: readonly string[]) => [...network, ...groups].join(':');
        const key = addressKey(written(one));
        expect(addressKey(written(other).toUpperCase())).toBe(key);
        const beside = (Number.parseInt(network[3] ?? '', 16) ^ 1).toString(16);
        expect(addressKey([...network.slice(0, 3), beside, ...one].join(':'))).not.toBe(key);
      }),
      { numRuns: 300 },
    );
  });

  it('is short, and there is one, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6()), (text) => {
        expect(addressKey(text)).toMatch(/^(?:unreadable|[\d.]{7,15}|[0-9a-f:]{7,19}::\/64)$/);
      }),
      { numRuns: 1000 },
    );
  });
});

/** As many groups, of which the first is never of an address that stands for one of IPv4. */
function group(count: number) {
  const one = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16));
  return fc.array(one, { minLength: count, maxLength: count });
}
