import type { Context, Middleware } from 'koa';
import { Misdirected } from '#src/kernel/faults.ts';

/**
 * Lets in requests for the issuer's host only (D19, RFC 9110 §7.4). Behind it every address that is
 * built from a request is the issuer's: the Host header is the one it is known by, a request line in
 * absolute form is cut to its path, and `X-Forwarded-Host` is gone.
 */
export function createHostPin({ issuer }: { issuer: URL }): Middleware {
  const isOurs = (authority: string | undefined) => isAuthorityOf(issuer, authority);
  return async (ctx, next) => {
    if (!hostsOf(ctx).every(isOurs)) throw elsewhere();
    const path = pathOf(ctx.req.url ?? '/', isOurs);
    ctx.req.url = path;
    ctx.originalUrl = path;
    ctx.request.originalUrl = path;
    ctx.req.headers.host = issuer.host;
    delete ctx.req.headers['x-forwarded-host'];
    delete ctx.req.headers.forwarded;
    await next();
  };
}

/** Every Host the request names; a request that names two must not be two things to two readers. */
function hostsOf(ctx: Context): readonly (string | undefined)[] {
  const hosts = ctx.req.headersDistinct['host'] ?? [];
  return hosts.length === 1 ? hosts : [undefined];
}

function isAuthorityOf(issuer: URL, authority: string | undefined): boolean {
  const wanted = authority?.toLowerCase();
  const standardPort = issuer.protocol === 'https:' ? '443' : '80';
  return (
    wanted === issuer.host || (!issuer.port && wanted === `${issuer.hostname}:${standardPort}`)
  );
}

/** The path and query of a request line, in whichever form (RFC 9112 §3.2). */
function pathOf(target: string, isOurs: (authority: string) => boolean): string {
  if (target.startsWith('/') || target === '*') return target;
  const [, authority = '', rest = ''] = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(target) ?? [];
  if (!isOurs(authority)) throw elsewhere();
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function elsewhere(): Misdirected {
  return new Misdirected('This server doesn’t answer for that address.');
}
