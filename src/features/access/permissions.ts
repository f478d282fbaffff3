import { type Role, reaches } from '#src/kernel/roles.ts';

/** What a token's `aud` says where it is for the management API (RFC 8707). */
export const API_RESOURCE = 'urn:avian:api';

interface Grant {
  /** The least role that has it; every higher one has it too (R5.1). */
  readonly from: Exclude<Role, 'user'>;
  /** What it lets somebody do, in words. */
  readonly about: string;
}

/** Every permission there is, `resource:action`: the one place that says who may what (R5.2). */
export const PERMISSIONS = {
  'tenants:read': { from: 'tenant_admin', about: 'see their tenant and its settings' },
  'tenants:create': { from: 'super_admin', about: 'make tenants' },
  'tenants:update': { from: 'tenant_admin', about: 'change the settings of their tenant' },
  'tenants:suspend': { from: 'super_admin', about: 'suspend and resume tenants' },
  'tenants:delete': { from: 'super_admin', about: 'delete tenants, and take that back' },
  'users:read': { from: 'security_analyst', about: 'see people' },
  'users:create': { from: 'tenant_admin', about: 'make and invite people' },
  'users:update': {
    from: 'tenant_admin',
    about: 'change people, and make them change their password',
  },
  'users:disable': { from: 'tenant_admin', about: 'disable and enable people' },
  'users:unlock': { from: 'tenant_admin', about: 'unlock people' },
  'users:delete': { from: 'tenant_admin', about: 'delete people' },
  'roles:read': { from: 'security_analyst', about: 'see roles and permissions' },
  'roles:grant': { from: 'tenant_admin', about: 'give people roles up to their own' },
  'sessions:read': { from: 'security_analyst', about: 'see where people are signed in' },
  'sessions:end': { from: 'security_analyst', about: 'sign people out' },
  'clients:read': { from: 'security_analyst', about: 'see applications' },
  'clients:create': { from: 'tenant_admin', about: 'register applications' },
  'clients:update': { from: 'tenant_admin', about: 'change applications and their secrets' },
  'clients:delete': { from: 'tenant_admin', about: 'delete applications' },
  'grants:read': { from: 'security_analyst', about: 'see what people allowed applications' },
  'grants:revoke': { from: 'tenant_admin', about: 'take back what people allowed applications' },
  'resources:read': { from: 'security_analyst', about: 'see the APIs that tokens are for' },
  'resources:create': { from: 'tenant_admin', about: 'register APIs' },
  'resources:update': { from: 'tenant_admin', about: 'change APIs' },
  'resources:delete': { from: 'tenant_admin', about: 'delete APIs' },
  'audit:read': { from: 'security_analyst', about: 'read the audit log' },
  'audit:export': { from: 'security_analyst', about: 'take the audit log away as a file' },
  'webhooks:read': { from: 'security_analyst', about: 'see where events are sent' },
  'webhooks:update': {
    from: 'tenant_admin',
    about: 'decide where events are sent, and send them again',
  },
} as const satisfies Readonly<Record<`${string}:${string}`, Grant>>;

export type Permission = keyof typeof PERMISSIONS;

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

/** Whether a role holds a permission (P24). */
export function holds(role: Role, permission: Permission): boolean {
  return reaches(role, PERMISSIONS[permission].from);
}

/** What each role holds, by name. */
export function permissionsOf(role: Role): readonly Permission[] {
  return Object.keys(PERMISSIONS)
    .filter(isPermission)
    .filter((permission) => holds(role, permission));
}
