import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAllowList } from './allow-list.ts';

describe('the list of private addresses that may be called', () => {
  const isAllowed = createAllowList([
    'app.internal',
    '10.1.0.0/16',
    '192.168.7.9',
    'fd00::/8',
    '::1',
  ]);

  it.each([
    'app.internal',
    'APP.internal',
    '10.1.2.3',
    '192.168.7.9',
    'fd12::9',
    '[fd12::9]',
    '[::1]',
  ])('has %s', (host) => expect(isAllowed(host)).toBe(true));

  it.each([
    'other.internal',
    'app.internal.evil.example',
    '10.2.0.1',
    '192.168.7.8',
    '127.0.0.1',
    'fe80::1',
    '',
  ])('does not have %s', (host) => expect(isAllowed(host)).toBe(false));

  it('has nothing when nothing was named', () => {
    const none = createAllowList([]);
    const hosts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(hosts, (host) => {
        expect(none(host)).toBe(false);
      }),
    );
  });
});
