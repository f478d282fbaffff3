import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originFault, originsOf, redirectFault } from './addresses.ts';

describe('redirectFault', () => {
  it.each([
    'https://rp.test/cb',
    'https://rp.test',
    'https://rp.test/cb?tenant=1&next=%2Fhome',
    'https://rp.test:8443/cb',
    'http://127.0.0.1:3001/cb',
    'http://localhost:3000/cb',
    'http://[::1]:3000/cb',
    'https://xn--bcher-kva.test/cb',
  ])('allows %s for every kind', (uri) => {
    for (const kind of ['web', 'spa', 'native'] as const) {
      expect(redirectFault(uri, kind)).toBeUndefined();
    }
  });

  it.each(['com.example.app:/cb', 'com.example.app://cb', 'test.rp:/oauth2redirect'])(
    'allows the private-use scheme of %s for native applications alone',
    (uri) => {
      expect(redirectFault(uri, 'native')).toBeUndefined();
      expect(redirectFault(uri, 'web')).toBe('Use https.');
      expect(redirectFault(uri, 'spa')).toBe('Use https.');
    },
  );

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,x'],
    ['a file', 'file:///etc/passwd'],
    ['a scheme without a dot', 'myapp:/cb'],
    ['plain http', 'http://rp.test/cb'],
    ['plain http to a private address', 'http://10.0.0.1/cb'],
    ['a host that merely begins like loopback', 'http://localhost.evil.test/cb'],
    ['another writing of loopback', 'http://127.1/cb'],
    ['a fragment', 'https://rp.test/cb#f'],
    ['an empty fragment', 'https://rp.test/cb#'],
    ['a wildcard host', 'https://*.rp.test/cb'],
    ['a wildcard path', 'https://rp.test/*'],
    ['a user name', 'https://rp.test@evil.test/cb'],
    ['an empty user name', 'https://@rp.test/cb'],
    ['a password', 'https://u:p@rp.test/cb'],
    ['a backslash', 'https://rp.test\\@evil.test/cb'],
    ['a space', 'https://rp.test/c b'],
    ['a leading space', ' https://rp.test/cb'],
    ['a line break', 'https://rp.test/cb\n'],
    ['a tab inside', 'https://rp\t.test/cb'],
    ['a NUL', 'https://rp.test/\0'],
    ['letters beyond ASCII', 'https://rp.tést/cb'],
    ['no scheme', '//rp.test/cb'],
    ['a path', '/cb'],
    ['no host', 'https://'],
    ['too many slashes', 'https:///rp.test/cb'],
    ['no slashes', 'https:rp.test/cb'],
    ['a scheme in capitals', 'HTTPS://rp.test/cb'],
    ['a host in capitals', 'https://RP.test/cb'],
    ['a port that goes without saying', 'https://rp.test:443/cb'],
    ['dot segments', 'https://rp.test/a/../cb'],
    ['encoded dot segments', 'https://rp.test/a/%2e%2e/cb'],
    ['nothing', ''],
    ['2,001 characters', `https://rp.test/${'a'.repeat(1985)}`],
  ])('refuses %s for every kind', (_, uri) => {
    for (const kind of ['web', 'spa', 'native'] as const) {
      expect(redirectFault(uri, kind)).toBeTypeOf('string');
    }
  });

  it('allows nothing that a browser would read otherwise than it is written', () => {
    const uri = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc
        .tuple(
          fc.constantFrom('https://rp.test/', 'http://localhost', 'a.b:'),
          fc.string({ unit: 'binary' }),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(uri, (text) => {
        if (redirectFault(text, 'native') !== undefined) return;
        const url = new URL(text);
        expect([text, `${text}/`]).toContain(url.href);
        expect(url.hash + url.username + url.password).toBe('');
        expect(['https:', 'http:'].includes(url.protocol) || url.protocol.includes('.')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('answers in milliseconds to a hundred kilobytes', () => {
    const long = `https://rp.test/${'a/../'.repeat(20_000)}`;
    expect(redirectFault(long, 'web')).toMatch(/at most/);
  });
});

describe('originFault', () => {
  it.each(['https://rp.test', 'https://rp.test:8443', 'http://localhost:3002', 'http://127.0.0.1'])(
    'allows %s',
    (origin) => {
      expect(originFault(origin)).toBeUndefined();
    },
  );

  it.each([
    'https://rp.test/',
    'https://rp.test:443',
    'https://RP.test',
    'http://rp.test',
    'null',
    '*',
    'https://*.rp.test',
    'com.example.app:/',
    'ws://rp.test',
    'https://u@rp.test',
  ])('refuses %s', (origin) => {
    expect(originFault(origin)).toBeTypeOf('string');
  });
});

describe('originsOf', () => {
  it('names each origin once, and takes none from what is refused', () => {
    expect(
      originsOf([
        'https://rp.test/a',
        'https://rp.test/b',
        'http://localhost:3000/',
        'http://x.test/',
      ]),
    ).toStrictEqual(['https://rp.test', 'http://localhost:3000']);
  });
});
