import { z } from 'zod';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { ROLES, type Role } from '#src/kernel/roles.ts';
import { PERMISSIONS, permissionsOf } from './permissions.ts';

const PermissionAnswer = z
  .strictObject({
    name: z.string().meta({ description: 'What tokens and refusals call it.' }),
    about: z.string().meta({ description: 'What it lets somebody do.' }),
  })
  .meta({ id: 'Permission' });

const RoleAnswer = z
  .strictObject({
    name: z.enum(ROLES),
    about: z.string(),
    permissions: z.array(PermissionAnswer),
  })
  .meta({ id: 'Role' });

const ABOUT: Readonly<Record<Role, string>> = {
  user: 'Signs in, and manages nobody.',
  security_analyst: 'Looks at their tenant, and signs people out.',
  tenant_admin: 'Manages their tenant.',
  super_admin: 'Manages every tenant, and the server.',
};

/** What the management API says of who may manage. */
export function createAccessApi(): readonly AnyOperation[] {
  return [
    operation({
      id: 'listRoles',
      method: 'GET',
      path: '/roles',
      permission: 'roles:read',
      tag: 'Roles',
      summary: 'Roles, the least first, with the permissions each holds',
      answer: z.strictObject({ items: z.array(RoleAnswer) }).meta({ id: 'Roles' }),
      run: async () => ({ body: { items: ROLES.map(roleOf) } }),
    }),
  ];
}

function roleOf(name: Role): z.input<typeof RoleAnswer> {
  const permissions = permissionsOf(name).map((permission) => ({
    name: permission,
    about: PERMISSIONS[permission].about,
  }));
  return { name, about: ABOUT[name], permissions };
}
