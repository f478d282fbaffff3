import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import { z } from 'zod';
import { createIdempotencyMemory } from '#src/features/access/idempotency.memory.ts';
import { createIdempotency } from '#src/features/access/idempotency.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { Forbidden, NotFound, PreconditionFailed, Unavailable } from '#src/kernel/faults.ts';
import type { IdempotencyKeys } from '#src/kernel/idempotency.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import { type Ask, createToolkit, type Served, serve } from '../bench.ts';
import { type AnyOperation, operation } from './operation.ts';
import { pageAnswer, pageOf, pageQuery } from './paging.ts';
import { type ApiGate, createApiEnd, createApiRouter } from './router.ts';

const HOME = tenantId(randomUUID());
const ADA = administratorOf(HOME);
const EVE = administratorOf(HOME);

/** Lets in whoever says that they are somebody, in a header. */
export const gate: ApiGate = {
  require: () => async (ctx, next) => {
    if (ctx.get('who') === 'nobody') throw new Forbidden('The permission is missing.');
    await next();
  },
  scopeOf: (ctx): AdminScope => (ctx.get('who') === 'eve' ? EVE : ADA),
};

const Bird = z
  .strictObject({ id: z.uuid(), name: z.string(), seenAt: z.iso.datetime() })
  .meta({ id: 'Bird', description: 'One bird.' });
const Name = z.strictObject({ name: z.string().min(1).max(40) });
const params = z.strictObject({ bird: z.uuid() });
const common = { tag: 'Birds' } as const;

export const SEEN = '2030-01-01T12:00:00.000Z';
export const A_BIRD = '0190a0b0-0000-7000-8000-000000000001';

/** A small API: birds, in memory, each change of which makes another version. */
export function createAviary() {
  const names = new Map([[A_BIRD, { name: 'Wren', version: 1 }]]);
  const troubles: Error[] = [];
  const shown = (id: string) => {
    const bird = names.get(id);
    if (!bird) throw new NotFound('There is no such bird.');
    return {
      body: { id, name: bird.name, seenAt: new Date(SEEN) },
      version: `v${bird.version}`,
    };
  };
  const operations: readonly AnyOperation[] = [
    operation({
      ...{ ...common, id: 'getBird', method: 'GET', path: '/birds/:bird' },
      ...{ permission: 'users:read', summary: 'Shows a bird', params, answer: Bird },
      run: async (asked) => shown(asked.params.bird),
    }),
    operation({
      ...{ ...common, id: 'countBirds', method: 'GET', path: '/birds/count' },
      ...{ permission: 'users:read', summary: 'Counts them', answer: z.int() },
      run: async () => ({ body: names.size }),
    }),
    operation({
      ...{ ...common, id: 'listBirds', method: 'GET', path: '/birds' },
      ...{ permission: 'users:read', summary: 'Lists birds', answer: pageAnswer(Bird) },
      query: z.strictObject({ ...pageQuery, name: z.string().optional() }),
      run: async () => ({
        body: pageOf(
          [...names.keys()].map((id) => shown(id).body),
          undefined,
        ),
      }),
    }),
    operation({
      ...{ ...common, id: 'createBird', method: 'POST', path: '/birds', status: 201 },
      ...{ permission: 'users:create', summary: 'Makes a bird', body: Name, answer: Bird },
      async run({ body: { name } }) {
        const trouble = troubles.shift();
        if (trouble) throw trouble;
        const id = randomUUID();
        names.set(id, { name, version: 1 });
        return { ...shown(id), location: `/api/birds/${id}` };
      },
    }),
    operation({
      ...{ ...common, id: 'renameBird', method: 'PATCH', path: '/birds/:bird' },
      ...{ permission: 'users:update', summary: 'Renames a bird', params, body: Name },
      answer: Bird,
      async run(asked) {
        const { version } = shown(asked.params.bird);
        if (asked.version !== undefined && asked.version !== version) {
          throw new PreconditionFailed('It changed meanwhile.');
        }
        const next = Number(version.slice(1)) + 1;
        names.set(asked.params.bird, { name: asked.body.name, version: next });
        return shown(asked.params.bird);
      },
    }),
    operation({
      ...{ ...common, id: 'releaseBird', method: 'DELETE', path: '/birds/:bird', params },
      ...{ permission: 'users:delete', summary: 'Lets a bird fly' },
      async run(asked) {
        shown(asked.params.bird);
        names.delete(asked.params.bird);
        return {};
      },
    }),
    operation({
      ...{ ...common, id: 'feedBirds', method: 'POST', path: '/birds/feed', status: 202 },
      ...{ permission: 'users:update', summary: 'Feeds them, in a while' },
      run: async () => ({}),
    }),
  ];
  return {
    operations,
    names,
    /** The next bird can't be made. */
    fail: (error: Error = new Unavailable('The nest is full.')) => void troubles.push(error),
  };
}

/** No database: the work is done as it comes. */
const units: Units = {
  run: (scope, work) => work({ scope } as Unit),
  once: (scope, work) => work({ scope } as Unit),
};

export function createKeys() {
  const clock = createTestClock();
  const { digest } = createToolkit();
  const sealer = createSealer([{ id: 'test', key: Buffer.alloc(32, 3) }]);
  const store = createIdempotencyMemory();
  return { clock, keys: createIdempotency({ units, store, clock, digest, sealer }), store };
}

export interface AviaryServed extends Served {
  readonly logger: ReturnType<typeof createToolkit>['logger'];
  json(
    method: string,
    path: string,
    body: unknown,
    headers?: Ask['headers'],
  ): ReturnType<Served['ask']>;
}

/** Serves operations behind the toolkit, as the product does. */
export async function serveApi(
  operations: readonly AnyOperation[],
  keys: IdempotencyKeys = createKeys().keys,
): Promise<AviaryServed> {
  const { stack, logger } = createToolkit();
  const router = createApiRouter({ operations, gate, keys, logger, checks: true });
  const routes = router.routes() as unknown as Middleware;
  const served = await serve(...stack, routes, createApiEnd([router]));
  return {
    ...served,
    logger,
    json: (method, path, body, headers = {}) =>
      served.ask(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}
