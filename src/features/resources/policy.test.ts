import { describe, expect, it } from 'vitest';
import { API_RESOURCE } from '#src/features/access/index.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { judgeResource, positionOf, resourceFault, withBuiltIn } from './policy.ts';
import type { Resource } from './resource.ts';

const orders = { identifier: 'https://orders.test', name: 'Orders', scopes: [] };

function faultsOf(draft: Partial<Parameters<typeof judgeResource>[0]>): readonly string[] {
  try {
    judgeResource({ ...orders, ...draft });
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return Object.keys(error.fields);
    throw error;
  }
}

const scope = (name: string, about = 'Read orders') => ({ name, about });

describe('resourceFault', () => {
  it.each(['urn:avian:api', 'https://api.test', 'https://api.test/v1?x=1', 'api://default'])(
    'allows %s',
    (resource) => {
      expect(resourceFault(resource)).toBeUndefined();
    },
  );

  it.each(['api', '/api', 'https://api.test/#f', 'https://api test', 'javascript:1', '', 'urn:'])(
    'refuses %s',
    (resource) => {
      expect(resourceFault(resource)).toBeTypeOf('string');
    },
  );
});

describe('judgeResource', () => {
  it('keeps the identifier to the letter, and tidies what people read', () => {
    const draft = { ...orders, name: ' Orders\n', scopes: [scope('read', ' Read  orders ')] };
    expect(judgeResource(draft)).toStrictEqual({ ...orders, scopes: [scope('read')] });
  });

  it.each([
    ['Avian’s own identifier', { identifier: API_RESOURCE }, 'identifier'],
    ['an identifier with a fragment', { identifier: 'https://orders.test/#a' }, 'identifier'],
    ['no name', { name: ' ' }, 'name'],
    ['a scope of two words', { scopes: [scope('read write')] }, 'scopes.0.name'],
    [
      'a scope that is OpenID Connect’s',
      { scopes: [scope('read'), scope('email')] },
      'scopes.1.name',
    ],
    ['a scope twice', { scopes: [scope('read'), scope('read')] }, 'scopes'],
    ['a scope explained at length', { scopes: [scope('read', 'a'.repeat(201))] }, 'scopes.0.about'],
    [
      'more scopes than a hundred',
      { scopes: Array.from({ length: 101 }, (_, at) => scope(`s${at}`)) },
      'scopes',
    ],
  ])('refuses %s', (_, draft, field) => {
    expect(faultsOf(draft)).toStrictEqual([field]);
  });
});

describe('the built-in API in a list', () => {
  const named = (identifier: string) =>
    ({ ...orders, id: identifier, identifier }) as unknown as Resource;
  const identifiers = (...given: Parameters<typeof withBuiltIn>) =>
    withBuiltIn(...given).map(({ identifier }) => identifier);

  it('stands where its identifier belongs', () => {
    expect(identifiers([named('https://a'), named('urn:b')], undefined)).toStrictEqual([
      'https://a',
      API_RESOURCE,
      'urn:b',
    ]);
    expect(identifiers([], undefined)).toStrictEqual([API_RESOURCE]);
  });

  it('comes once over all pages', () => {
    const [own] = withBuiltIn([], undefined);
    if (!own) throw new Error('There is no built-in API');
    expect(identifiers([named('urn:b')], positionOf(own))).toStrictEqual(['urn:b']);
    expect(identifiers([named('urn:b')], positionOf(named('https://z')))).toStrictEqual([
      API_RESOURCE,
      'urn:b',
    ]);
  });
});
