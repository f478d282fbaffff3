import type { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { claimedClient, type Limits } from '#src/features/throttle/index.ts';
import { createAccessLog } from '#src/http/access-log.ts';
import { createApiEnd } from '#src/http/api/router.ts';
import type { Assets } from '#src/http/assets.ts';
import { createFaultBoundary } from '#src/http/faults.ts';
import { isHangUp } from '#src/http/hang-up.ts';
import { createHeaders } from '#src/http/headers.ts';
import { createHostPin } from '#src/http/host.ts';
import { createHttpsOnly } from '#src/http/https.ts';
import type { ShowPage } from '#src/http/page.ts';
import { createProxyTrust } from '#src/http/proxy.ts';
import { createRequestId } from '#src/http/request-id.ts';
import { robots } from '#src/http/robots.ts';
import { createSchemePin } from '#src/http/scheme.ts';
import { oneSpelling } from '#src/http/spelling.ts';
import type { CookieSigner } from '#src/infra/crypto/cookie-signer.ts';
import type { LogContext } from '#src/infra/log/context.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { TooMany } from '#src/kernel/faults.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Config } from './config/config.ts';

export interface ServerParts {
  readonly config: Pick<Config, 'issuer' | 'trustProxy' | 'production'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly logContext: LogContext;
  readonly page: ShowPage;
  readonly assets: Assets;
  readonly limits: Limits;
  readonly cookieSigner: CookieSigner;
  readonly health: Router;
  readonly saturation: Middleware;
  readonly pages: readonly Router[];
  /** What is below `/api`, beside how the instance fares. */
  readonly api: readonly Router[];
  readonly oidc: readonly Middleware[];
}

/** Paths that an application may have opened in a window of its own: it keeps its hold on them. */
const POPUPS = [
  ...['/auth', '/interaction', '/session'],
  ...['/register', '/invitation', '/verify', '/recovery', '/unlock'],
];

/** The whole of the web side, in the order a request passes it. */
export function createServer(parts: ServerParts): Koa {
  const { config, logger, page } = parts;
  const issuer = new URL(config.issuer);
  const app = new Koa({ proxy: true });
  app.keys = parts.cookieSigner as unknown as string[];

  app.use(createRequestId({ ids: parts.ids, context: parts.logContext }));
  app.use(createAccessLog({ logger, clock: parts.clock }));
  app.use(createHeaders({ issuer, popups: POPUPS }));
  // Everything behind it may throw.
  app.use(createFaultBoundary({ page, logger }));
  // Whoever probes knows an address and no host name.
  app.use(parts.health.routes());
  app.use(createProxyTrust(config.trustProxy));
  app.use(createHostPin({ issuer }));
  app.use(createHttpsOnly({ issuer, enforced: config.production }));
  app.use(createSchemePin({ issuer }));
  app.use(parts.assets.serve);
  // Behind them, whose names are digests: any letters there are.
  app.use(oneSpelling);
  app.use(robots);
  app.use(parts.saturation);
  app.use(parts.limits.limit('global'));
  app.use(only('POST', '/token', readable(parts.limits.limit('token', claimedClient))));
  for (const router of [...parts.pages, ...parts.api]) app.use(router.routes());
  app.use(createApiEnd([parts.health, ...parts.api]));
  // The provider is last: what it does not know is nobody's.
  for (const middleware of parts.oidc) app.use(middleware);
  app.on('error', (error: unknown) => {
    const level = isHangUp(error) ? 'debug' : 'error';
    logger[level]({ err: error }, 'an answer could not be sent');
  });
  return app;
}

/** For requests of this method and path; no other passes it. */
function only(method: string, path: string, middleware: Middleware): Middleware {
  return (ctx, next) =>
    ctx.method === method && ctx.path === path ? middleware(ctx, next) : next();
}

/**
 * A refusal that says how long to wait, and is made before it is known whose request it is, may be read by the
 * pages of any origin: a browser's application would take it for a broken network otherwise.
 */
function readable(middleware: Middleware): Middleware {
  return async (ctx, next) => {
    try {
      await middleware(ctx, next);
    } catch (error) {
      if (error instanceof TooMany) {
        ctx.set('Access-Control-Allow-Origin', '*');
        ctx.set('Access-Control-Expose-Headers', 'Retry-After');
      }
      throw error;
    }
  };
}
