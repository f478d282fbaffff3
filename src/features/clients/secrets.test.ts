import { describe, expect, it } from 'vitest';
import { clientId } from '#src/kernel/ids.ts';
import type { RegisteredClient } from './client.ts';
import { holdsDigest } from './secrets.ts';

const now = new Date('2030-01-01T12:00:00.000Z');

function holding(...secretDigests: RegisteredClient['secretDigests']): RegisteredClient {
  return {
    id: clientId('c'),
    kind: 'web',
    name: 'Shop',
    status: 'active',
    firstParty: false,
    redirectUris: [],
    postLogoutRedirectUris: [],
    corsOrigins: [],
    scopes: [],
    resources: [],
    suspended: false,
    registered: [],
    requirePkce: true,
    requirePar: false,
    dpopBound: false,
    claimsAtUserinfo: false,
    idTokenAlg: 'RS256',
    createdAt: now,
    updatedAt: now,
    secretDigests,
  };
}

describe('holdsDigest', () => {
  it('knows each of two valid secrets, whichever comes first', () => {
    const client = holding({ digest: 'aaaa' }, { digest: 'bbbb' });
    expect(holdsDigest(client, 'aaaa', now)).toBe(true);
    expect(holdsDigest(client, 'bbbb', now)).toBe(true);
    expect(holdsDigest(client, 'cccc', now)).toBe(false);
  });

  it('takes a secret until the instant it expires, and not then', () => {
    const client = holding({ digest: 'aaaa', expiresAt: now });
    expect(holdsDigest(client, 'aaaa', new Date(now.getTime() - 1))).toBe(true);
    expect(holdsDigest(client, 'aaaa', now)).toBe(false);
  });

  it.each(['', 'aaa', 'aaaaa', 'aaab', 'baaa', 'aaaaaaaa'])(
    'does not take %j for aaaa',
    (digest) => {
      expect(holdsDigest(holding({ digest: 'aaaa' }), digest, now)).toBe(false);
    },
  );

  it('finds nothing in a client that holds no secret', () => {
    expect(holdsDigest(holding(), '', now)).toBe(false);
  });
});
