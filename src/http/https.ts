import type { Middleware } from 'koa';
import { Forbidden } from '#src/kernel/faults.ts';

interface HttpsSettings {
  readonly issuer: URL;
  /** Production: development may serve an https issuer over http. */
  readonly enforced: boolean;
}

const PERMANENT_REDIRECT = 308;

/**
 * Sends a visitor who came over plain http to https, and refuses whatever else came so: it has been
 * sent in the clear already (R13.1). The word of a trusted proxy decides; see `proxy.ts`.
 */
export function createHttpsOnly({ issuer, enforced }: HttpsSettings): Middleware {
  const applies = enforced && issuer.protocol === 'https:';
  return async (ctx, next) => {
    if (!applies || ctx.get('X-Forwarded-Proto') !== 'http') return next();
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      throw new Forbidden('Send this over https.');
    }
    ctx.status = PERMANENT_REDIRECT;
    ctx.redirect(`${issuer.origin}${ctx.url}`);
  };
}
