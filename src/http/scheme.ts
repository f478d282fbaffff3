import type { Middleware } from 'koa';

/**
 * Behind it every request counts as come over the issuer's scheme: TLS ends at a proxy, whose word may
 * be missing, and what is built from a request (cookies, addresses, what a DPoP proof names) is the
 * issuer's (D19). What came in the clear was turned away before (`https.ts`).
 */
export function createSchemePin({ issuer }: { readonly issuer: URL }): Middleware {
  const scheme = issuer.protocol.slice(0, -1);
  return async (ctx, next) => {
    ctx.req.headers['x-forwarded-proto'] = scheme;
    await next();
  };
}
