import { randomUUID } from 'node:crypto';
import { permissionsOf } from '#src/features/access/index.ts';
import { type TenantId, userId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';
import type { Administrator, AdminScope } from '#src/kernel/scope.ts';

type Inside = Extract<AdminScope, { readonly kind: 'administrator' }>;

/** Somebody of a tenant who manages, with a token that is for everything; whoever they are, unless told. */
export function administratorAt(
  home: TenantId,
  role: Role = 'tenant_admin',
  over: Partial<Administrator> = {},
): Administrator {
  const actor = { kind: 'user', id: userId(randomUUID()), tenantId: home } as const;
  const scopes = permissionsOf('super_admin');
  return {
    actor,
    role,
    scopes,
    home,
    origin: { address: '192.0.2.7', requestId: 'a-request' },
    ...over,
  };
}

/** Inside that tenant, for one of its administrators. */
export function administratorOf(
  tenantId: TenantId,
  role: Role = 'tenant_admin',
  over: Partial<Administrator> = {},
): Inside {
  return { kind: 'administrator', tenantId, by: administratorAt(tenantId, role, over) };
}

/** Inside `tenantId`, for a super_admin whose own tenant is another. */
export function reachInto(tenantId: TenantId, home: TenantId, reason = 'A ticket.'): Inside {
  return { kind: 'administrator', tenantId, by: administratorAt(home, 'super_admin', { reason }) };
}

/** Over the server as a whole, for a super_admin. */
export function operatorOf(home: TenantId): AdminScope {
  return { kind: 'operator', by: administratorAt(home, 'super_admin') };
}
