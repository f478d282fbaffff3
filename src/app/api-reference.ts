import { PERMISSIONS, permissionsOf } from '#src/features/access/index.ts';
import { describeApi } from '#src/http/api/openapi.ts';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { type ApiServices, operationsOf } from './api.ts';
import { createRooms, createStores, type RoomsDeps } from './rooms.ts';

/** `docs/reference/openapi.json`: what `/api/openapi.json` answers. */
export function openApiFile(): string {
  return `${JSON.stringify(describeApi(describedOperations(), PERMISSIONS), null, 2)}\n`;
}

/** Every operation, to be described: no database is asked for, and none may be run. */
export function describedOperations(): readonly AnyOperation[] {
  const stores = createStores();
  const nothing = { ...ABSENT_DEPS, auditDays: 0, from: '', issuer: '', product: '' };
  const rooms = createRooms(nothing as unknown as RoomsDeps, stores);
  const core = { ...ABSENT_DEPS, rooms, stores };
  const services = { ...ABSENT_DEPS, core, issuer: '' };
  return operationsOf(services as unknown as ApiServices);
}

/** Anything of it is there, and throws when it is called. */
function absent(): unknown {
  const missing = () => {
    throw new TypeError('This operation is there to be described, and can’t be run.');
  };
  return new Proxy(missing, { get: (_, name) => (name === 'then' ? undefined : absent()) });
}

/** All that a server has, and a description needs none of. */
const ABSENT_DEPS = {
  ...{ units: absent(), clock: absent(), ids: absent(), digest: absent(), sealer: absent() },
  ...{ hasher: absent(), mailer: absent(), views: absent(), mail: absent(), keys: absent() },
  ...{ auditKeys: absent(), serverSecrets: absent() },
  ...{ store: absent(), oidc: absent(), cursors: absent(), logger: absent() },
};

/** `docs/reference/permissions.md`, from the permissions themselves. */
export function permissionsPage(): string {
  const roles = ROLES.filter((role) => permissionsOf(role).length > 0);
  const operations = describedOperations();
  return [
    '# Roles and permissions',
    '',
    '<!-- Written by `npm run docs` from src/features/access/permissions.ts. -->',
    '',
    'Each role has all that those before it have. A role holds a permission within its own tenant; only a super_admin',
    'reaches other tenants, names them, and says why. A token for the management API is for the permissions that are',
    'its scopes: it does nothing that either its owner’s role or its scopes lack.',
    '',
    `| permission | lets somebody | ${roles.map((role) => `\`${role}\``).join(' | ')} |`,
    `|---|---|${roles.map(() => '---|').join('')}`,
    ...Object.entries(PERMISSIONS).map(([name, { about }]) => {
      const held = roles.map((role) =>
        permissionsOf(role).some((it) => it === name) ? 'yes' : '',
      );
      return `| \`${name}\` | ${about} | ${held.join(' | ')} |`;
    }),
    '',
    '## What each is asked for',
    '',
    '| request | permission |',
    '|---|---|',
    ...operations.map(
      ({ method, path, permission }) => `| \`${method} /api${path}\` | \`${permission}\` |`,
    ),
    '',
  ].join('\n');
}
