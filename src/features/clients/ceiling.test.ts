import { describe, expect, it } from 'vitest';
import { API_RESOURCE, permissionsOf } from '#src/features/access/index.ts';
import { permissionsIn, permissionTooHigh } from './ceiling.ts';

const may = (...scopes: string[]) => ({ scopes, resources: [API_RESOURCE] });

describe('what a client may be given', () => {
  it('is counted as permissions only where the client may reach the management API', () => {
    const scopes = ['openid', 'users:read', 'orders:read'];
    expect(permissionsIn(may(...scopes))).toStrictEqual(['users:read']);
    expect(permissionsIn({ scopes, resources: ['https://orders.test'] })).toStrictEqual([]);
  });

  it('is no permission that the role of whoever gives it lacks', () => {
    const client = may('users:read', 'tenants:create');
    expect(
      permissionTooHigh(client, { role: 'super_admin', scopes: client.scopes }),
    ).toBeUndefined();
    expect(permissionTooHigh(client, { role: 'tenant_admin', scopes: client.scopes })).toBe(
      'tenants:create',
    );
    expect(permissionTooHigh(client, { role: 'user', scopes: client.scopes })).toBe('users:read');
  });

  it('is no permission that the token of whoever gives it is not for, whatever their role', () => {
    const by = { role: 'super_admin', scopes: ['clients:create', 'users:read'] } as const;
    expect(permissionTooHigh(may('users:read'), by)).toBeUndefined();
    expect(permissionTooHigh(may('users:read', 'users:delete'), by)).toBe('users:delete');
  });

  it('is no permission that a machine was not registered for itself, whatever its role', () => {
    const machine = may('clients:create', 'users:read');
    const by = { role: 'tenant_admin', scopes: permissionsOf('tenant_admin'), machine } as const;
    expect(permissionTooHigh(may('users:read'), by)).toBeUndefined();
    expect(permissionTooHigh(may('users:read', 'users:delete'), by)).toBe('users:delete');
  });
});
