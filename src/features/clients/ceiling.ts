import { API_RESOURCE, holds, isPermission, type Permission } from '#src/features/access/index.ts';
import type { Role } from '#src/kernel/roles.ts';
import type { Client } from './client.ts';

type Registered = Pick<Client, 'scopes' | 'resources'>;

/** What a client may ask of the management API. */
export function permissionsIn({ scopes, resources }: Registered): readonly Permission[] {
  return resources.includes(API_RESOURCE) ? scopes.filter(isPermission) : [];
}

/** Who registers or changes a client: their role, their token, and where a machine does it, its own registration. */
export interface Registrar {
  readonly role: Role;
  /** What their token is for. */
  readonly scopes: readonly string[];
  readonly machine?: Registered;
}

/**
 * The first permission in a client that whoever touches it lacks: nobody gets more out of an application of
 * their making, or out of another's secret, than they have (security case 155).
 */
export function permissionTooHigh(
  client: Registered,
  { role, scopes, machine }: Registrar,
): Permission | undefined {
  const own = machine && permissionsIn(machine);
  return permissionsIn(client).find(
    (permission) =>
      !holds(role, permission) ||
      !scopes.includes(permission) ||
      own?.includes(permission) === false,
  );
}
