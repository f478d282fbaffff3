import type { Context, Middleware, Next } from 'koa';
import type { Engine } from './engine.ts';

/** What anybody may read, from any origin: the two discovery documents, which are one, and the keys. */
export const DOCUMENTS: ReadonlySet<string> = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/jwks',
]);

/** Long enough to spare requests, short enough for a next key to be known before it signs. */
const KEPT = 'public, max-age=300';

/**
 * Serves the public documents. They depend on nothing but the engine's configuration and keys, so each
 * is written once for an engine; no store is asked, and they stay open whatever is away.
 */
export function createDocuments(current: () => Engine): Middleware {
  const written = new WeakMap<Engine, Map<string, string>>();

  return async (context, next) => {
    if (!isAskedFor(context)) return next();
    const engine = current();
    const known = written.get(engine) ?? new Map<string, string>();
    written.set(engine, known);
    const text = known.get(context.path) ?? (await write(context, next));
    if (text === undefined) return;
    known.set(context.path, text);
    answer(context, text);
  };
}

function isAskedFor({ method, path }: Context): boolean {
  return DOCUMENTS.has(path) && (method === 'GET' || method === 'HEAD');
}

/** What the engine says, if it says anything. */
async function write(context: Context, next: Next): Promise<string | undefined> {
  await next();
  return context.status === 200 ? JSON.stringify(context.body) : undefined;
}

function answer(context: Context, text: string): void {
  const type = context.path === '/jwks' ? 'application/jwk-set+json' : 'application/json';
  context.status = 200;
  context.set({
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': KEPT,
    'Content-Type': `${type}; charset=utf-8`,
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  context.body = text;
}
