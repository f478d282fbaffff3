import { Router, type RouterContext } from '@koa/router';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import { NotFound } from '#src/kernel/faults.ts';
import type { IdempotencyKeys, KeptAnswer } from '#src/kernel/idempotency.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { JSON_TYPE } from '../body.ts';
import { isOfApi } from '../problem.ts';
import { readAsked } from './asked.ts';
import { tagOf } from './conditions.ts';
import { giveFile } from './file.ts';
import { createAnswerOnce } from './idempotency.ts';
import type { AnyOperation, Reply } from './operation.ts';

/** Who is let in. */
export interface ApiGate {
  /** Lets those pass to whom the operation's permission is given, and throws for everybody else. */
  require(operation: AnyOperation): Middleware;
  /** Who was let in, and into which tenant. */
  scopeOf(ctx: Context): AdminScope;
}

export interface ApiRouterParts {
  readonly operations: readonly AnyOperation[];
  readonly gate: ApiGate;
  readonly keys: IdempotencyKeys;
  readonly logger: Logger;
  /** Holds each answer against the shape it is promised to have: for tests, which it fails. */
  readonly checks?: boolean;
}

export const API = '/api';

/**
 * The operations as routes below `/api` (R25). Each asks the gate first, before anything of the request is read;
 * then it reads, acts, and answers JSON that nothing keeps, its state as the ETag. Where the words of one path fit
 * another's parameter, the words win.
 */
export function createApiRouter(parts: ApiRouterParts): Router {
  const router = new Router({ prefix: API, sensitive: true, strict: true });
  const answerOnce = createAnswerOnce(parts);

  const serve = (operation: AnyOperation) => async (ctx: RouterContext) => {
    const asked = await readAsked(ctx, operation, parts.gate.scopeOf(ctx));
    const run = async () => {
      const reply = await operation.run(asked);
      if (parts.checks) check(operation, reply);
      return reply;
    };
    const act = async () => answerOf(operation, await run());
    if (operation.method === 'POST') return give(ctx, await answerOnce(ctx, asked, act));
    if (!operation.files) return give(ctx, await act());
    const { file } = await run();
    if (!file) throw new TypeError(`${operation.id} answers no file.`);
    giveFile(ctx, file);
  };

  for (const operation of parts.operations.toSorted(byPath)) {
    const gate = parts.gate.require(operation);
    router.register(operation.path, [operation.method], [gate, serve(operation)]);
  }
  return router;
}

/** `~` comes after every letter. */
function byPath(one: AnyOperation, other: AnyOperation): number {
  const [a, b] = [one.path.replaceAll(':', '~'), other.path.replaceAll(':', '~')];
  return a === b ? 0 : a < b ? -1 : 1;
}

function answerOf({ status, answer }: AnyOperation, reply: Reply): KeptAnswer {
  return {
    status: status ?? (answer ? 200 : 204),
    headers: {
      ...(reply.version !== undefined && { ETag: tagOf(reply.version) }),
      ...(reply.location !== undefined && { Location: reply.location }),
    },
    ...(reply.body !== undefined && { body: JSON.stringify(reply.body) }),
  };
}

function give(ctx: Context, { status, headers, body }: KeptAnswer): void {
  ctx.set({ ...headers, 'Cache-Control': 'no-store' });
  if (body === undefined) {
    ctx.body = null;
    ctx.status = status;
    return;
  }
  ctx.set('Content-Type', JSON_TYPE);
  ctx.status = status;
  ctx.body = body;
  if (ctx.fresh) ctx.status = 304;
}

/** Throws where an answer isn't what the operation says of it. */
function check({ id, answer, files }: AnyOperation, reply: Reply): void {
  const { body, version, location, file } = reply;
  if (file && !files?.includes(file.type)) throw new TypeError(`${id} answers another file.`);
  const found = body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown);
  const { success, error } = (answer ?? z.undefined()).safeParse(found);
  if (!success) throw new TypeError(`${id} answers what it doesn't promise: ${error.message}`);
  if (version !== undefined && !/^[\x21\x23-\x7e]+$/.test(version)) {
    throw new TypeError(`${id} names a version that is no ETag.`);
  }
  if (location !== undefined && !location.startsWith(`${API}/`)) {
    throw new TypeError(`${id} names a place outside the API.`);
  }
}

/**
 * Ends what is asked below `/api` and was answered by none of these routers: a path that takes other methods is
 * answered by 405 and their names, any other by 404.
 */
export function createApiEnd(routers: readonly Router[]): Middleware {
  const layers = routers.flatMap(({ stack }) => stack);
  return async (ctx, next) => {
    if (!isOfApi(ctx.path)) return next();
    const methods = layers.filter((layer) => layer.match(ctx.path)).flatMap((it) => it.methods);
    if (methods.length === 0) throw new NotFound('There is nothing of that name.');
    ctx.set('Allow', [...new Set(methods)].join(', '));
    ctx.status = 405;
  };
}
