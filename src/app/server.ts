import type { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { createAccessLog } from '#src/http/access-log.ts';
import type { Assets } from '#src/http/assets.ts';
import { createFaultBoundary } from '#src/http/faults.ts';
import { createHeaders } from '#src/http/headers.ts';
import { createHostPin } from '#src/http/host.ts';
import { createHttpsOnly } from '#src/http/https.ts';
import type { ShowPage } from '#src/http/page.ts';
import { createProxyTrust } from '#src/http/proxy.ts';
import { createRequestId } from '#src/http/request-id.ts';
import { robots } from '#src/http/robots.ts';
import { createSchemePin } from '#src/http/scheme.ts';
import type { CookieSigner } from '#src/infra/crypto/cookie-signer.ts';
import type { LogContext } from '#src/infra/log/context.ts';
import type { Clock } from '#src/kernel/clock.ts';
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
  readonly cookieSigner: CookieSigner;
  readonly pages: readonly Router[];
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
  app.use(createProxyTrust(config.trustProxy));
  app.use(createHostPin({ issuer }));
  app.use(createHttpsOnly({ issuer, enforced: config.production }));
  app.use(createSchemePin({ issuer }));
  app.use(parts.assets.serve);
  app.use(robots);
  for (const router of parts.pages) app.use(router.routes());
  // The provider is last: what it does not know is nobody's.
  for (const middleware of parts.oidc) app.use(middleware);
  app.on('error', (error: unknown) => logger.error({ err: error }, 'an answer could not be sent'));
  return app;
}
