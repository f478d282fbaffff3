import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Health } from './health.ts';

const PATH = '/api/health';
const UNAVAILABLE = 503;

/**
 * The three routes of a probe, which asks by address: they stand before the pinned host and before https
 * is asked for. Exactly these paths and no spelling beside them, by GET and HEAD; whatever else comes passes on.
 */
export function createHealthApi({ health }: { readonly health: Health }): Router {
  const router = new Router({ sensitive: true, strict: true });
  router.get(PATH, (ctx) => answer(ctx, { status: 'ok' }));
  router.get(`${PATH}/live`, (ctx) => answer(ctx, { status: 'ok', ...health.live() }));
  router.get(`${PATH}/ready`, async (ctx) => {
    const readiness = await health.ready();
    answer(ctx, readiness);
    if (readiness.status !== 'ok') ctx.status = UNAVAILABLE;
  });
  return router;
}

function answer(ctx: Context, body: object): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.body = body;
}
