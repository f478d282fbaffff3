import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asHeaderValue, encode, hostileText } from '#src/testing/hostile.ts';
import { routesOf } from '#src/testing/routes.ts';
import type { Answer, Ask } from '../bench.ts';
import { A_BIRD, createAviary, createKeys, gate, SEEN, serveApi } from './bench.ts';
import { type AnyOperation, operation } from './operation.ts';
import { createApiRouter } from './router.ts';

const BIRD = `/api/birds/${A_BIRD}`;
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const aviary = () => serveApi(createAviary().operations);
const pointersOf = ({ text }: Answer): readonly string[] =>
  (JSON.parse(text).errors ?? []).map(({ pointer }: { pointer: string }) => pointer);

describe('an operation', () => {
  it('is answered with JSON that nothing keeps, and its state as the ETag', async () => {
    const { ask } = await aviary();
    const { status, headers, text } = await ask(BIRD);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      etag: '"v1"',
    });
    expect(JSON.parse(text)).toEqual({ id: A_BIRD, name: 'Wren', seenAt: SEEN });
  });

  it('that made something says where it is found', async () => {
    const { json, ask } = await aviary();
    const { status, headers, text } = await json('POST', '/api/birds', { name: 'Tit' });
    expect([status, headers.etag]).toEqual([201, '"v1"']);
    expect((await ask(headers.location ?? '')).text).toBe(text);
  });

  it('that has nothing to say answers 204, or what it says instead, without a body', async () => {
    const { ask } = await aviary();
    const gone = await ask(BIRD, { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
    const later = await ask('/api/birds/feed', { method: 'POST' });
    expect([later.status, later.text]).toEqual([202, '']);
  });

  it('that reads answers HEAD as it does GET, without the body', async () => {
    const { ask } = await aviary();
    const { status, headers, text } = await ask(BIRD, { method: 'HEAD' });
    expect([status, headers.etag, text]).toEqual([200, '"v1"', '']);
  });

  it('is found by its own words before they are taken for another’s parameter', async () => {
    const { ask } = await aviary();
    expect((await ask('/api/birds/count')).text).toBe('1');
  });

  it('is behind the gate before anything that was sent is read', async () => {
    const { json, names } = { ...(await aviary()), ...createAviary() };
    const who = { who: 'nobody', 'if-match': 'nonsense' };
    for (const path of ['/api/birds?x=1', '/api/birds']) {
      expect((await json('POST', path, { nonsense: true }, who)).status).toBe(403);
    }
    expect(names.size).toBe(1);
  });

  it('asks the gate for every route there is', () => {
    const { operations } = createAviary();
    const asked: AnyOperation[] = [];
    const keeper = {
      ...gate,
      require: (it: AnyOperation) => {
        asked.push(it);
        return gate.require(it);
      },
    };
    const { keys } = createKeys();
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const router = createApiRouter({ operations, gate: keeper, keys, logger });
    expect(asked).toHaveLength(operations.length);
    expect(routesOf([router]).filter(({ method }) => method !== 'HEAD')).toHaveLength(
      operations.length,
    );
  });
});

describe('what is asked', () => {
  it.each([
    ['an unknown field of the query', '/api/birds?role=admin', ['#/role']],
    ['a page of none', '/api/birds?limit=0', ['#/limit']],
    ['a page of too many', '/api/birds?limit=101', ['#/limit']],
    ['a page of words', '/api/birds?limit=all', ['#/limit']],
    ['a field given twice', '/api/birds?name=a&name=b', []],
    ['a character that nobody writes', '/api/birds?name=%00', ['#/name']],
    ['a query where there is none', `${BIRD}?full=1`, ['#/full']],
  ])('is refused for %s', async (_, path, pointers) => {
    const { ask } = await aviary();
    const answer = await ask(path);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual(pointers);
  });

  it.each([
    ['an unknown member', { name: 'Tit', role: 'admin' }, ['#/role']],
    ['a prototype', JSON.parse('{"name":"Tit","__proto__":{"role":1}}'), ['#/__proto__']],
    ['a member that is missing', {}, ['#/name']],
    ['a member of another type', { name: { a: 1 } }, ['#/name']],
    ['a list', [], ['#']],
    ['nothing', null, ['#']],
  ])('is refused for a body with %s', async (_, body, pointers) => {
    const { json } = await aviary();
    const answer = await json('POST', '/api/birds', body);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual(pointers);
  });

  it.each(['x', '%00', '1%27%20or%201=1--', '0190a0b0-0000-7000-8000-00000000000', '%ff'])(
    'is not there for the id %s, which is nobody’s',
    async (id) => {
      const { ask, json } = await aviary();
      expect((await ask(`/api/birds/${id}`)).status).toBe(404);
      expect((await json('PATCH', `/api/birds/${id}`, { name: 'Tit' })).status).toBe(404);
    },
  );

  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', { 'content-type': 'text/plain' }, 415],
    ['no type', { 'content-type': '' }, 415],
    ['JSON in another charset', { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['JSON that is compressed', { 'content-encoding': 'gzip' }, 415],
    ['JSON of no known length', { 'transfer-encoding': 'chunked' }, 201],
    ['JSON in UTF-8', { 'content-type': 'application/json; charset=utf-8' }, 201],
  ])('is taken as it comes with %s', async (_, headers, status) => {
    const { json } = await aviary();
    const answer = await json('POST', '/api/birds', { name: 'Tit' }, headers);
    expect(answer.status).toBe(status);
  });

  it('is refused where its body is longer than 64 KiB, announced or not', async () => {
    const { json } = await aviary();
    const name = 'x'.repeat(64 * 1024);
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      expect((await json('POST', '/api/birds', { name }, headers)).status).toBe(413);
    }
  });

  it('is refused where the body is missing, broken, or nobody’s to send', async () => {
    const { ask, json } = await aviary();
    const headers = { 'content-type': 'application/json' };
    const sent: readonly Ask[] = [{}, { headers, body: '{' }, { headers, body: '' }];
    for (const one of sent) {
      expect((await ask('/api/birds', { method: 'POST', ...one })).status).toBe(400);
    }
    expect((await json('DELETE', BIRD, { force: true })).status).toBe(400);
    expect((await json('POST', '/api/birds/feed', {})).status).toBe(202);
  });
});

describe('a condition', () => {
  it.each([
    ['the state there is', '"v1"', 200],
    ['any state', '*', 200],
    ['the state there is, said twice', '"v1", "v1"', 200],
    ['the state there is beside a weak one', 'W/"v0", "v1"', 200],
    ['another state', '"v0"', 412],
    ['a weak tag', 'W/"v1"', 412],
    ['two states', '"v0", "v1"', 400],
    ['no tag at all', 'v1', 400],
  ])('on a change holds by its tag: %s', async (_, tag, status) => {
    const { json } = await aviary();
    const answer = await json('PATCH', BIRD, { name: 'Tit' }, { 'if-match': tag });
    expect(answer.status).toBe(status);
  });

  it('keeps the second of two changes from what the first one made', async () => {
    const { json, ask } = await aviary();
    const seen = { 'if-match': (await ask(BIRD)).headers.etag ?? '' };
    const first = await json('PATCH', BIRD, { name: 'Tit' }, seen);
    expect([first.status, first.headers.etag]).toEqual([200, '"v2"']);
    const second = await json('PATCH', BIRD, { name: 'Owl' }, seen);
    expect([second.status, JSON.parse(second.text).code]).toEqual([412, 'changed-meanwhile']);
  });

  it.each(['"v1"', 'W/"v1"', '"v0", "v1"', '*'])(
    'on what is read saves the answer of what is known: %s',
    async (tag) => {
      const { ask } = await aviary();
      const { status, headers, text } = await ask(BIRD, { headers: { 'if-none-match': tag } });
      expect([status, headers.etag, text]).toEqual([304, '"v1"', '']);
    },
  );

  it('on what is read makes no difference where the state is another', async () => {
    const { ask } = await aviary();
    expect((await ask(BIRD, { headers: { 'if-none-match': '"v0"' } })).status).toBe(200);
  });
});

describe('an error below /api', () => {
  it.each([
    ['GET', '/api/nowhere', 404],
    ['GET', '/api', 404],
    ['GET', '/api/birds/x', 404],
    ['GET', '/api/birds?x=1', 400],
    ['PUT', '/api/birds', 405],
    ['TRACE', BIRD, 405],
  ])('is a problem for a browser too: %s %s', async (method, path, status) => {
    const { ask } = await aviary();
    const answer = await ask(path, { method, headers: BROWSER });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ status });
  });

  it('names the methods that the path takes', async () => {
    const { ask } = await aviary();
    const allowed = async (path: string) =>
      (await ask(path, { method: 'OPTIONS' })).headers.allow?.split(', ').toSorted();
    expect(await allowed('/api/birds')).toEqual(['GET', 'HEAD', 'POST']);
    expect(await allowed(BIRD)).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH']);
  });

  it('is none of ours elsewhere', async () => {
    const { ask } = await aviary();
    const { headers } = await ask('/apiary', { headers: BROWSER });
    expect(headers['content-type']).toContain('text/html');
  });
});

describe('an answer that its operation does not promise', () => {
  const answer = z.strictObject({ name: z.string() });
  const about = { method: 'GET', permission: 'users:read', tag: 'X', summary: 'X' } as const;
  const wrong: readonly AnyOperation[] = [
    operation({ ...about, id: 'a', path: '/a', answer, run: async () => ({ body: { name: 1 } }) }),
    operation({
      ...{ ...about, id: 'b', path: '/b', answer },
      run: async () => ({ body: { name: 'x', passwordHash: 'y' } }),
    }),
    operation({ ...about, id: 'c', path: '/c', run: async () => ({ body: { name: 'x' } }) }),
    operation({ ...about, id: 'd', path: '/d', answer, run: async () => ({}) }),
    operation({
      ...{ ...about, id: 'e', path: '/e', answer },
      run: async () => ({ body: { name: 'x' }, version: '"1"' }),
    }),
    operation({
      ...{ ...about, id: 'f', path: '/f', answer },
      run: async () => ({ body: { name: 'x' }, location: 'https://elsewhere.example/' }),
    }),
  ];

  it.each(wrong.map(({ path }) => path))('fails a test: %s', async (path) => {
    const { ask, logger } = await serveApi(wrong);
    expect((await ask(`/api${path}`)).status).toBe(500);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

describe('whatever is sent to the API', () => {
  const NAMES = fc.constantFrom<string[]>('limit', 'name', '__proto__', 'x');
  const ANY = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
    path: fc.constantFrom('/api/birds', BIRD, '/api/birds/feed', '/api/birds/'),
    id: fc.option(hostileText, { freq: 1 }),
    query: fc.oneof(
      fc.constant<[string, string][]>([]),
      fc.array(fc.tuple(NAMES, hostileText), {
        maxLength: 3,
      }),
    ),
    headers: fc.dictionary(
      fc.constantFrom('if-match', 'if-none-match', 'idempotency-key', 'accept'),
      hostileText.map(asHeaderValue),
      { maxKeys: 2 },
    ),
    type: fc.constantFrom('application/json', 'text/plain'),
    body: fc.option(
      fc.oneof(
        fc.jsonValue().map((value) => JSON.stringify(value)),
        fc.constant(JSON.stringify({ name: 'Tit' })),
        fc.record({ name: hostileText }).map((value) => JSON.stringify(value)),
        hostileText,
      ),
    ),
  });

  it('is answered without a failure of ours', async () => {
    const { ask, logger } = await aviary();
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(ANY, async ({ method, path, id, query, headers, type, body }) => {
        const place = id === null ? path : `/api/birds/${encode(id)}`;
        const search = query.map(([name, value]) => `${name}=${encode(value)}`).join('&');
        const sent = body === null ? {} : { 'content-type': type };
        const { status } = await ask(`${place}?${search}`, {
          ...{ method, headers: { ...headers, ...sent } },
          ...(body !== null && { body: Buffer.from(body) }),
        });
        seen.add(status);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 250 },
    );
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining([400, 404, 405, 415]));
    expect([...seen].some((status) => status < 300)).toBe(true);
  });
});
