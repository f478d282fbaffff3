import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { A_BIRD, createAviary, serveApi } from './bench.ts';
import { faultsIn } from './openapi.contract.ts';
import { describeApi } from './openapi.ts';
import { type AnyOperation, operation } from './operation.ts';
import { referenceOf } from './reference.ts';

const words = { about: 'do so' };
const PERMISSIONS = {
  ...{ 'users:read': words, 'users:create': words, 'users:update': words, 'users:delete': words },
};
const { operations } = createAviary();
const document = describeApi(operations, PERMISSIONS);
const common = { method: 'GET', permission: 'users:read', tag: 'X', summary: 'X' } as const;
const answering = (path: `/${string}`, answer: z.ZodType): AnyOperation =>
  operation({ ...common, id: path.slice(1), path, answer, run: async () => ({}) });

describe('the OpenAPI document', () => {
  it('is one that programs can be made from', () => {
    expect(faultsIn(document)).toEqual([]);
  });

  it('has every operation, with its permission as the scope that it takes', () => {
    const told = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(told.map(({ operationId }) => operationId).toSorted()).toEqual(
      operations.map(({ id }) => id).toSorted(),
    );
    expect(document.paths['/birds/{bird}']?.['patch']).toMatchObject({
      'x-permission': 'users:update',
      security: [{ oauth2: ['users:update'] }],
      tags: ['Birds'],
    });
  });

  it('says what each is asked with, and what it answers', () => {
    const { get, patch } = document.paths['/birds/{bird}'] ?? {};
    const bird = { $ref: '#/components/schemas/Bird' };
    expect(get?.parameters[0]).toEqual({
      ...{ name: 'bird', in: 'path', required: true },
      schema: { type: 'string', format: 'uuid' },
    });
    expect(get?.responses['200']).toMatchObject({
      content: { 'application/json': { schema: bird } },
    });
    expect(patch?.requestBody?.content['application/json']?.schema).toMatchObject({
      ...{ required: ['name'], additionalProperties: false },
    });
    const { post } = document.paths['/birds'] ?? {};
    expect(post?.parameters).toContainEqual({ $ref: '#/components/parameters/IdempotencyKey' });
    expect(post?.responses).toHaveProperty('201');
    const list = document.paths['/birds']?.['get'];
    const limit = list?.parameters.find((it) => 'name' in it && it.name === 'limit');
    expect(limit).toMatchObject({
      ...{ in: 'query', description: 'How many at most.' },
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    });
    expect(limit).not.toHaveProperty('required');
  });

  it('is what the API does: each answer of it fits what the document says', async () => {
    const { ask, json } = await serveApi(operations);
    const answers = [
      ['/birds/{bird}', 'get', await ask(`/api/birds/${A_BIRD}`)],
      ['/birds', 'get', await ask('/api/birds')],
      ['/birds', 'get', await ask('/api/birds?x=1')],
      ['/birds', 'post', await json('POST', '/api/birds', { name: 'Tit' })],
      [
        '/birds',
        'post',
        await json('POST', '/api/birds', { name: 'Tit' }, { 'if-match': 'W/"1"' }),
      ],
      ['/birds', 'post', await json('POST', '/api/birds', 'x', { 'content-type': 'text/plain' })],
      ['/birds/feed', 'post', await ask('/api/birds/feed', { method: 'POST' })],
      ['/birds/{bird}', 'delete', await ask(`/api/birds/${A_BIRD}`, { method: 'DELETE' })],
    ] as const;
    for (const [path, method, { status, headers }] of answers) {
      const told = document.paths[path]?.[method]?.responses[status];
      const ref = told && '$ref' in told ? told.$ref.split('/').at(-1) : undefined;
      const answer = ref ? document.components.responses[ref] : told;
      const types = answer && 'content' in answer ? Object.keys(answer.content ?? {}) : [];
      expect(told, `${method} ${path} ${status}`).toBeDefined();
      expect(types).toEqual(headers['content-type'] ? [headers['content-type']] : []);
    }
  });

  it('is not made of two shapes by one name, nor of a permission that is none', () => {
    const one = z.strictObject({ a: z.string() }).meta({ id: 'Twin' });
    const other = z.strictObject({ b: z.string() }).meta({ id: 'Twin' });
    const twins = [answering('/one', one), answering('/other', other)];
    expect(() => describeApi(twins, PERMISSIONS)).toThrow(/Twin/);
    expect(() => describeApi(operations, { 'users:read': words })).toThrow(/countBirds|Bird/);
  });

  it('is read by people: every operation by its tag, with what it takes', () => {
    const { groups, shapes } = referenceOf(document);
    expect(groups.map(({ name, anchor }) => [name, anchor])).toEqual([['Birds', 'birds']]);
    const entries = groups.flatMap((group) => group.entries);
    expect(entries).toHaveLength(operations.length);
    expect(entries.find(({ method }) => method === 'PATCH')).toEqual({
      ...{ method: 'PATCH', path: '/api/birds/{bird}', summary: 'Renames a bird' },
      ...{ permission: 'users:update', answer: '200, Bird' },
      takes: [
        {
          words: 'In its address',
          members: [{ name: 'bird', kind: 'string (uuid)', isRequired: true }],
        },
        { words: 'In its body', members: [{ name: 'name', kind: 'string', isRequired: true }] },
      ],
    });
    expect(shapes.map(({ name }) => name)).toEqual(['Bird', 'Problem']);
  });
});

describe('what finds faults in a document', () => {
  const altered = (change: (text: string) => string) =>
    JSON.parse(change(JSON.stringify(document)));

  it.each([
    [
      'a reference that leads nowhere',
      (text: string) => text.replace('schemas/Bird"', 'schemas/Brid"'),
    ],
    ['an id that is there twice', (text: string) => text.replace('"getBird"', '"listBirds"')],
    [
      'an operation without a permission',
      (text: string) => text.replace('"x-permission":"users:read",', ''),
    ],
    [
      'a permission that is no scope',
      (text: string) => text.replace('"x-permission":"users:read"', '"x-permission":"users:eat"'),
    ],
    [
      'a parameter that its path has not',
      (text: string) => text.replace('/birds/{bird}', '/birds/{nest}'),
    ],
    ['a keyword that is none', (text: string) => text.replace('"minimum"', '"least"')],
  ])('finds %s', (_, change) => {
    expect(faultsIn(altered(change))).not.toEqual([]);
  });
});
