import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { clientId, tenantId } from '#src/kernel/ids.ts';
import type { Client } from './client.ts';
import { type ClientDraft, changedDraft, judgeClient, judgeOffers } from './policy.ts';

const web: ClientDraft = { kind: 'web', name: 'Shop', redirectUris: ['https://rp.test/cb?a=1'] };
const spa: ClientDraft = { kind: 'spa', name: 'Board', redirectUris: ['https://spa.test/cb'] };
const native: ClientDraft = { kind: 'native', name: 'App', redirectUris: ['test.app:/cb'] };
const machine: ClientDraft = { kind: 'machine', name: 'Job' };
const jwks = {
  keys: [{ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43) }],
};

function faultsOf(draft: ClientDraft): Readonly<Record<string, string>> {
  try {
    judgeClient(draft);
    return {};
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields;
    throw error;
  }
}

describe('judgeClient', () => {
  it('fills in a web application’s preset and keeps its addresses to the letter', () => {
    expect(judgeClient(web)).toStrictEqual({
      kind: 'web',
      name: 'Shop',
      firstParty: false,
      redirectUris: ['https://rp.test/cb?a=1'],
      postLogoutRedirectUris: [],
      corsOrigins: [],
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      resources: [],
      requirePkce: true,
      requirePar: false,
      dpopBound: false,
      claimsAtUserinfo: false,
      idTokenAlg: 'RS256',
    });
  });

  it('lets a single-page application call from where its redirect URIs are, or where it says', () => {
    expect(judgeClient(spa).corsOrigins).toStrictEqual(['https://spa.test']);
    const corsOrigins = ['https://other.test'];
    expect(judgeClient({ ...spa, corsOrigins }).corsOrigins).toStrictEqual(corsOrigins);
  });

  it('gives a machine no scope of its own accord', () => {
    expect(judgeClient(machine).scopes).toStrictEqual([]);
    expect(judgeClient({ ...machine, scopes: ['orders:read'] }).scopes).toStrictEqual([
      'orders:read',
    ]);
  });

  it('names what is given twice once', () => {
    expect(judgeClient({ ...web, scopes: ['openid', 'openid'] }).scopes).toStrictEqual(['openid']);
  });

  it('reports every fault at once, each by its field', () => {
    const faults = faultsOf({
      kind: 'web',
      name: ' ',
      tenantId: tenantId('acme'),
      redirectUris: ['https://rp.test/cb', 'http://rp.test/cb', 'https://rp.test/#f'],
      postLogoutRedirectUris: ['javascript:1'],
      backchannelLogoutUri: 'http://rp.test/logout',
      scopes: ['openid profile'],
      resources: ['api'],
      jwks: { keys: [{ kty: 'oct', k: 'A' }] },
      idTokenAlg: 'HS256',
      corsOrigins: ['*'],
    });
    expect(Object.keys(faults).toSorted()).toStrictEqual([
      'backchannelLogoutUri',
      'corsOrigins.0',
      'idTokenAlg',
      'jwks',
      'name',
      'postLogoutRedirectUris.0',
      'redirectUris.1',
      'redirectUris.2',
      'resources.0',
      'scopes.0',
      'tenantId',
    ]);
  });

  it.each([
    ['a kind there is not', { ...web, kind: 'constructor' }, 'kind'],
    ['a web application without an address', { ...web, redirectUris: [] }, 'redirectUris'],
    ['an app without an address', { kind: 'native', name: 'App' }, 'redirectUris'],
    ['a page without PKCE', { ...spa, requirePkce: false }, 'requirePkce'],
    ['an app without PKCE', { ...native, requirePkce: false }, 'requirePkce'],
    ['a page with a key', { ...spa, jwks }, 'jwks'],
    ['an app with a key', { ...native, jwks }, 'jwks'],
    [
      'a machine with a redirect URI',
      { ...machine, redirectUris: ['https://rp.test/cb'] },
      'redirectUris',
    ],
    [
      'a machine to sign out of',
      { ...machine, postLogoutRedirectUris: ['https://rp.test/'] },
      'postLogoutRedirectUris',
    ],
    [
      'a machine to tell of a sign-out',
      { ...machine, backchannelLogoutUri: 'https://rp.test/' },
      'backchannelLogoutUri',
    ],
    ['a machine that somebody signs in to', { ...machine, scopes: ['openid'] }, 'scopes'],
    [
      'a call to a scheme of one’s own',
      { ...native, backchannelLogoutUri: 'test.app:/bye' },
      'backchannelLogoutUri',
    ],
    ['a name of 201 characters', { ...web, name: 'a'.repeat(201) }, 'name'],
    [
      'a hundred and one redirect URIs',
      { ...web, redirectUris: Array.from({ length: 101 }, (_, at) => `https://rp.test/${at}`) },
      'redirectUris',
    ],
  ] as const)('refuses %s', (_, draft, field) => {
    expect(Object.keys(faultsOf(draft))).toStrictEqual([field]);
  });

  it.each([
    ['a web application without PKCE', { ...web, requirePkce: false }],
    ['a web application with a key', { ...web, jwks }],
    ['a machine with a key', { ...machine, jwks }],
    ['an app on loopback', { ...native, redirectUris: ['http://127.0.0.1/cb'] }],
  ])('allows %s', (_, draft) => {
    expect(faultsOf(draft)).toStrictEqual({});
  });

  it.each(['', 'a b', 'a"b', 'a\\b', 'é', 'a\n', 'x'.repeat(101)])('takes no scope %j', (scope) => {
    expect(Object.keys(faultsOf({ ...web, scopes: [scope] }))).toStrictEqual(['scopes.0']);
  });
});

describe('changedDraft', () => {
  const at = new Date('2030-01-01T12:00:00.000Z');
  const registered = (draft: ClientDraft): Client => ({
    ...judgeClient(draft),
    ...{ id: clientId('c'), status: 'active', createdAt: at, updatedAt: at },
  });

  it.each([web, spa, native, { ...machine, jwks }])('changes nothing unasked', (draft) => {
    const client = registered(draft);
    const { id: _, status: __, createdAt: ___, updatedAt: ____, ...registration } = client;
    expect(judgeClient(changedDraft(client, {}))).toStrictEqual(registration);
  });

  it('is judged as one that is new', () => {
    const changed = changedDraft(registered(web), { redirectUris: ['http://rp.test/cb'] });
    expect(Object.keys(faultsOf(changed))).toStrictEqual(['redirectUris.0']);
  });

  it('takes away what it can be without', () => {
    const client = registered({ ...web, jwks, backchannelLogoutUri: 'https://rp.test/bye' });
    const judged = judgeClient(changedDraft(client, { jwks: null, backchannelLogoutUri: null }));
    expect(judged).not.toHaveProperty('jwks');
    expect(judged).not.toHaveProperty('backchannelLogoutUri');
  });

  it('moves the origins of a page with its redirect URIs, unless they were set apart', () => {
    const redirectUris = ['https://new.test/cb'];
    const corsOriginsOf = (draft: ClientDraft) =>
      judgeClient(changedDraft(registered(draft), { redirectUris })).corsOrigins;
    expect(corsOriginsOf(spa)).toStrictEqual(['https://new.test']);
    expect(corsOriginsOf({ ...spa, corsOrigins: ['https://other.test'] })).toStrictEqual([
      'https://other.test',
    ]);
  });
});

describe('judgeOffers', () => {
  const offered = new Map([['https://a.test', ['read', 'write']]]);
  const judge = (scopes: string[], ...resources: string[]) =>
    judgeOffers({ scopes, resources }, offered);

  it('lets a client ask for what its APIs offer, and for what is OpenID Connect’s', () => {
    expect(() => judge(['openid', 'read'], 'https://a.test')).not.toThrow();
  });

  it('refuses what none of them offers', () => {
    expect(() => judge(['read', 'delete'], 'https://a.test')).toThrow(InvalidInput);
  });

  it('refuses nothing where one of them is registered nowhere, or there is none', () => {
    expect(() => judge(['delete'], 'https://a.test', 'https://b.test')).not.toThrow();
    expect(() => judge(['delete'])).not.toThrow();
  });
});
