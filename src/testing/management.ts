import { randomUUID } from 'node:crypto';
import type { Avian } from '#src/app/compose.ts';
import { isPermission, type Permission } from '#src/features/access/index.ts';
import { filled, type Route, routesOf } from './routes.ts';

/** What the API says of itself, and the instance of how it fares, to everybody: nothing else is open. */
const OPEN = [
  ...['/api/docs', '/api/openapi.json'],
  ...['/api/health', '/api/health/live', '/api/health/ready'],
].map((path) => `GET ${path}`);

/** Every route below `/api` that a running Avian has, but for those that are open. */
export function managementRoutes({ routers }: Pick<Avian, 'routers'>): readonly Route[] {
  return routesOf(routers).filter(
    ({ method, path }) =>
      path.startsWith('/api') && method !== 'HEAD' && !OPEN.includes(`${method} ${path}`),
  );
}

/** The permission that the operation behind a route takes; `undefined` where it names none there is. */
export function permissionFor(
  { api }: Pick<Avian, 'api'>,
  { method, path }: Route,
): Permission | undefined {
  const behind = api.operations.find((one) => one.method === method && `/api${one.path}` === path);
  return behind && isPermission(behind.permission) ? behind.permission : undefined;
}

/** A route's path below `/api` that names `tenant` where it names one, and otherwise things there are none of. */
export function placeIn({ method, path }: Route, tenant: string): string {
  const named = path.replace('/api', '').replace(':tenant', tenant);
  return filled({ method, path: named }, randomUUID());
}
