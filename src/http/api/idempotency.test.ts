import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#src/kernel/clock.ts';
import { Conflict, Unavailable } from '#src/kernel/faults.ts';
import type { IdempotencyKeys } from '#src/kernel/idempotency.ts';
import type { Answer } from '../bench.ts';
import { createAviary, createKeys, serveApi } from './bench.ts';

const KEY = { 'idempotency-key': 'a-key' };
const TIT = { name: 'Tit' };
const told = ({ status, headers: { etag, location }, text }: Answer) => ({
  ...{ status, etag, location, text },
});
const codeOf = ({ status, text }: Answer) => [status, JSON.parse(text).code];

async function setUp(keys?: IdempotencyKeys) {
  const aviary = createAviary();
  const made = createKeys();
  const served = await serveApi(aviary.operations, keys ?? made.keys);
  return { ...aviary, ...made, ...served };
}

describe('a request with an idempotency key', () => {
  it('is carried out once, and answered alike whenever it comes again within a day', async () => {
    const { json, names, clock } = await setUp();
    const first = await json('POST', '/api/birds', TIT, KEY);
    clock.pass(24 * HOUR - 1);
    const again = await json('POST', '/api/birds', TIT, KEY);
    expect(first.status).toBe(201);
    expect(told(again)).toEqual(told(first));
    expect(names.size).toBe(2);
  });

  it('is a new one after a day', async () => {
    const { json, names, clock } = await setUp();
    await json('POST', '/api/birds', TIT, KEY);
    clock.pass(24 * HOUR);
    expect((await json('POST', '/api/birds', TIT, KEY)).status).toBe(201);
    expect(names.size).toBe(3);
  });

  it('is carried out once of however many at the same time', async () => {
    const { json, names } = await setUp();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => json('POST', '/api/birds', TIT, KEY)),
    );
    expect(names.size).toBe(2);
    expect(answers.filter(({ status }) => ![201, 409].includes(status))).toEqual([]);
  });

  it('is refused while the first of it is under way, and told to wait', async () => {
    const { keys } = createKeys();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { json, ...rest } = await setUp({
      claim: async (scope, request) => {
        const claim = await keys.claim(scope, request);
        if (claim.kind !== 'first') return claim;
        return { ...claim, keep: (answer) => held.then(() => claim.keep(answer)) };
      },
    });
    const first = json('POST', '/api/birds', TIT, KEY);
    await expect.poll(() => rest.names.size).toBe(2);
    const second = await json('POST', '/api/birds', TIT, KEY);
    expect(codeOf(second)).toEqual([409, 'request-under-way']);
    expect(second.headers['retry-after']).toBe('1');
    release();
    expect((await first).status).toBe(201);
    expect((await json('POST', '/api/birds', TIT, KEY)).status).toBe(201);
    expect(rest.names.size).toBe(2);
  });

  it('is refused where the key stands for another request', async () => {
    const { json, names } = await setUp();
    await json('POST', '/api/birds', TIT, KEY);
    const other = await json('POST', '/api/birds', { name: 'Owl' }, KEY);
    expect(codeOf(other)).toEqual([422, 'key-reused']);
    const conditional = await json('POST', '/api/birds', TIT, { ...KEY, 'if-match': '"v1"' });
    expect(conditional.status).toBe(422);
    expect(names.size).toBe(2);
  });

  it('has its key to itself: by caller and by path', async () => {
    const { json, names } = await setUp();
    await json('POST', '/api/birds', TIT, KEY);
    expect((await json('POST', '/api/birds', TIT, { ...KEY, who: 'eve' })).status).toBe(201);
    expect((await json('POST', '/api/birds/feed', {}, KEY)).status).toBe(202);
    expect(names.size).toBe(3);
  });

  it.each([
    ['it is refused', new Conflict('There is one of that name.'), 409],
    ['it fails', new Unavailable('The nest is full.'), 503],
    ['it breaks', new TypeError('A bug.'), 500],
  ])('may be sent again where %s', async (_, error, status) => {
    const { json, names, fail } = await setUp();
    fail(error);
    expect((await json('POST', '/api/birds', TIT, KEY)).status).toBe(status);
    expect((await json('POST', '/api/birds', TIT, KEY)).status).toBe(201);
    expect(names.size).toBe(2);
  });

  it('claims no key while it does not fit', async () => {
    const { json } = await setUp();
    expect((await json('POST', '/api/birds', { nom: 'Tit' }, KEY)).status).toBe(400);
    expect((await json('POST', '/api/birds', TIT, KEY)).status).toBe(201);
  });

  it('is answered although the answer can’t be kept, and is not carried out again', async () => {
    const { keys, clock } = createKeys();
    const { json, names, logger } = await setUp({
      claim: async (scope, request) => {
        const claim = await keys.claim(scope, request);
        const keep = () => Promise.reject(new Unavailable('The database is away.'));
        return claim.kind === 'first' ? { ...claim, keep } : claim;
      },
    });
    expect((await json('POST', '/api/birds', TIT, KEY)).status).toBe(201);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    clock.pass(MINUTE + 1);
    const again = await json('POST', '/api/birds', TIT, KEY);
    expect(codeOf(again)).toEqual([409, 'request-lost']);
    expect(again.headers).not.toHaveProperty('retry-after');
    expect(names.size).toBe(2);
  });

  it.each(['', ' ', 'two words', 'x'.repeat(256), 'é', '\t'])(
    'is refused where the key is %j',
    async (key) => {
      const { json, names } = await setUp();
      const answer = await json('POST', '/api/birds', TIT, { 'idempotency-key': key });
      expect(answer.status).toBe(400);
      expect(names.size).toBe(1);
    },
  );

  it('is refused where there are two', async () => {
    const { json } = await setUp();
    const answer = await json('POST', '/api/birds', TIT, { 'idempotency-key': ['a', 'b'] });
    expect(answer.status).toBe(400);
  });
});
