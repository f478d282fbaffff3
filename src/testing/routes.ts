import type { Router } from '@koa/router';

export interface Route {
  readonly method: string;
  /** With its parameters as they are written: `/verify/:token`. */
  readonly path: string;
}

/** Every route of these routers; HEAD comes with GET. */
export function routesOf(routers: readonly Router[]): readonly Route[] {
  return routers
    .flatMap(({ stack }) => stack)
    .flatMap(({ methods, path }) => methods.map((method) => ({ method, path: String(path) })));
}

/** What the engine serves: the addresses it tells itself, and those its pages lead to. */
export async function engineRoutes(url: string, host: string): Promise<readonly Route[]> {
  const response = await fetch(`${url}${DISCOVERY}`, { headers: { host } });
  const document = (await response.json()) as Record<string, unknown>;
  const told = Object.entries(document).flatMap(([name, value]) =>
    /(?:_endpoint|jwks_uri)$/.test(name) ? [new URL(String(value)).pathname] : [],
  );
  const paths = [...told, ...LED_TO, DISCOVERY, '/.well-known/oauth-authorization-server'];
  return paths.flatMap((path) =>
    ['GET', 'HEAD', 'POST', 'OPTIONS'].map((method) => ({ method, path })),
  );
}

const DISCOVERY = '/.well-known/openid-configuration';
const LED_TO = ['/auth/:uid', '/session/end/confirm', '/session/end/success'];

/** The route's path with `value` in place of its parameters. */
export function filled({ path }: Route, value: string): string {
  return path.replaceAll(/:\w+/g, () => value);
}
