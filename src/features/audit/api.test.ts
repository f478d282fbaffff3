import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { createCursors } from '#src/http/api/paging.ts';
import { createApiRouter } from '#src/http/api/router.ts';
import { createToolkit, serve } from '#src/http/bench.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { administratorOf, reachInto } from '#src/testing/scopes.ts';
import { createAuditApi } from './api.ts';
import type { ExportOrder, Taken } from './export.ts';
import type { ListedEntry } from './listed.ts';
import type { Page, Search } from './reading.ts';

const OWN = tenantId('01890000-0000-7000-8000-000000000001');
const OTHER = tenantId('01890000-0000-7000-8000-000000000002');
const ID = '01890000-0000-7000-8000-00000000000a';
const AT = new Date('2030-01-01T12:00:00.000Z');

const ENTRY: ListedEntry = {
  ...{ id: ID, at: AT.toISOString(), category: 'access', action: 'user.read', outcome: 'success' },
  tenant: { id: OWN, slug: 'flock', name: 'Flock' },
  actor: { kind: 'visitor', id: null, name: null, email: null, tenant: null },
  ...{ resource: null, address: null, userAgent: '<b>', requestId: null, details: {} },
};

interface Setting {
  readonly scope?: AdminScope;
  /** Whether there is more than is answered. */
  readonly next?: boolean;
}

/** The API before a room that keeps what it is asked. */
async function anApi({ scope = administratorOf(OWN), next = true }: Setting = {}) {
  const asked: { searches: Search[]; orders: ExportOrder[] } = { searches: [], orders: [] };
  const { stack, digest, logger } = createToolkit();
  const place = next ? { next: { at: AT, id: ID } } : {};
  const operations = createAuditApi({
    cursors: createCursors({ digest }),
    reading: {
      async search(_, search): Promise<Page> {
        asked.searches.push(search);
        return { items: [ENTRY], ...place };
      },
      find: async (_, id) => (id === ID ? ENTRY : undefined),
    },
    exports: {
      async take(_, order): Promise<Taken> {
        asked.orders.push(order);
        return { content: Readable.from(['one\n', 'two\n']), count: 2, at: AT, ...place };
      },
    },
  });
  const gate = {
    require: () => (_: unknown, pass: () => Promise<void>) => pass(),
    scopeOf: () => scope,
  };
  const keys = {} as Parameters<typeof createApiRouter>[0]['keys'];
  const router = createApiRouter({ operations, gate, keys, logger, checks: true });
  const { ask } = await serve(...stack, router);
  return { asked, get: (path: string) => ask(`/api/audit${path}`) };
}

it('lists what every condition in the query asks for', async () => {
  const { asked, get } = await anApi();
  const answer = await get(
    '/logs?limit=7&from=2030-01-01T00:00:00Z&to=2030-01-02T00:00:00%2B01:00&action=user.read,user.updated' +
      '&category=access&actor=a&resourceType=user&resourceId=r&outcome=success&requestId=q&address=192.0.2.1&user=ada@x.test',
  );
  expect(JSON.parse(answer.text)).toStrictEqual({ items: [ENTRY], next: expect.any(String) });
  expect(asked.searches).toStrictEqual([
    {
      limit: 7,
      filter: {
        from: new Date('2030-01-01T00:00:00Z'),
        to: new Date('2030-01-01T23:00:00Z'),
        actions: ['user.read', 'user.updated'],
        ...{ category: 'access', actor: 'a', resourceType: 'user', resourceId: 'r' },
        ...{ outcome: 'success', requestId: 'q', address: '192.0.2.1', user: 'ada@x.test' },
      },
    },
  ]);
});

it('lists authentication only where that is asked for, and says so of no other category', async () => {
  const { asked, get } = await anApi();
  expect((await get('/auth?outcome=success')).status).toBe(200);
  expect(asked.searches[0]?.filter).toStrictEqual({
    category: 'authentication',
    outcome: 'success',
  });
  expect((await get('/auth?category=access')).status).toBe(400);
});

it('goes on where a page ended, in the same tenant only', async () => {
  const [mine, theirs] = [await anApi(), await anApi({ scope: administratorOf(OTHER) })];
  const { next } = JSON.parse((await mine.get('/logs')).text) as { next: string };
  expect((await mine.get(`/logs?cursor=${next}`)).status).toBe(200);
  expect(mine.asked.searches[1]?.after).toStrictEqual({ at: AT, id: ID });
  expect((await theirs.get(`/logs?cursor=${next}`)).status).toBe(400);
  expect((await theirs.get(`/export?cursor=${next}`)).status).toBe(400);
});

it.each(['action=user.read,no.such', 'category=nonsense', 'from=yesterday', 'actor=', 'unknown=1'])(
  'refuses a filter it doesn’t know: %s',
  async (query) => {
    const { asked, get } = await anApi();
    expect((await get(`/logs?${query}`)).status).toBe(400);
    expect((await get(`/export?${query}`)).status).toBe(400);
    expect(asked).toStrictEqual({ searches: [], orders: [] });
  },
);

it('shows one entry, and nothing of what is not there or is no id', async () => {
  const { get } = await anApi();
  expect(JSON.parse((await get(`/logs/${ID}`)).text)).toStrictEqual(ENTRY);
  expect((await get(`/logs/${OWN}`)).status).toBe(404);
  expect((await get('/logs/x')).status).toBe(404);
});

it.each([
  ['jsonl', 'application/jsonl; charset=utf-8'],
  ['csv', 'text/csv; charset=utf-8; header=present'],
])('gives %s as a file to keep, that no browser shows as a page', async (format, type) => {
  const { asked, get } = await anApi({ next: false });
  const { headers, text } = await get(`/export?format=${format}&action=user.read`);
  expect(text).toBe('one\ntwo\n');
  expect(asked.orders).toStrictEqual([{ format, filter: { actions: ['user.read'] } }]);
  expect(headers).toMatchObject({
    ...{ 'content-type': type, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
    'content-disposition': `attachment; filename="audit-20300101T120000Z.${format}"`,
  });
  expect(headers['link']).toBeUndefined();
});

it('names the file that goes on, with all that was asked for, the tenant too', async () => {
  const { asked, get } = await anApi({ scope: reachInto(OWN, OTHER) });
  const { headers } = await get('/export?format=csv&from=2030-01-01T00:00:00Z&action=user.read');
  const [, query = ''] = /^<\?(.*)>; rel="next"$/.exec(String(headers['link'])) ?? [];
  const { tenant, ...rest } = Object.fromEntries(new URLSearchParams(query));
  expect(tenant).toBe(OWN);
  expect((await get(`/export?${new URLSearchParams(rest).toString()}`)).status).toBe(200);
  expect(asked.orders[1]).toStrictEqual({ ...asked.orders[0], after: { at: AT, id: ID } });
});
