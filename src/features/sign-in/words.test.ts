import { describe, expect, it } from 'vitest';
import { asksOf, resourceAsksOf } from './words.ts';

const asked = { scopes: [] as string[], claims: [] as string[], resources: {} };

describe('what an application asks for', () => {
  it('is said in words, in the order it was asked', () => {
    const scopes = ['openid', 'email', 'profile', 'offline_access', 'tenant'];
    expect(asksOf({ ...asked, scopes }).map(({ words }) => words)).toEqual([
      'Know who you are',
      'See your email address',
      'See your name',
      'Keep its access while you are away',
      'See your organisation and your role in it',
    ]);
  });

  it('is said once, though a scope and a claim both ask for it', () => {
    expect(asksOf({ ...asked, scopes: ['email'], claims: ['email', 'email_verified'] })).toEqual([
      { words: 'See your email address', scope: 'email' },
      { words: 'See whether your email address is confirmed', scope: 'email_verified' },
    ]);
  });

  it.each(['reports', 'constructor', '__proto__', 'toString'])(
    'is shown as it is named where it has no words: %s',
    (scope) => {
      expect(asksOf({ ...asked, scopes: [scope] })).toEqual([{ words: scope, scope }]);
    },
  );

  it('is shown under the host of its resource', () => {
    const resources = {
      'https://api.example.com/v1': ['read', 'write'],
      'urn:avian:api': ['users'],
      'https://empty.test': [],
    };
    expect(resourceAsksOf({ ...asked, resources })).toEqual([
      { host: 'api.example.com', scopes: ['read', 'write'] },
      { host: 'urn:avian:api', scopes: ['users'] },
    ]);
  });
});
