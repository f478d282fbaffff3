import type { AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Administrator } from '#src/kernel/scope.ts';
import type { Proven, Unproven } from './tokens.ts';
import type { Lack, Named, Wanted } from './verdict.ts';

/** What every refusal says: what was asked for, and the permission that it takes (P47). */
export type Asked = Pick<Wanted, 'operation' | 'permission'>;

/** A token was brought that proves nothing: whose it is was not found out. */
export function tokenRefused(
  outcome: Unproven,
  { operation, permission }: Asked,
  origin: Origin,
): AuditEvent {
  return {
    action: 'access.token-refused',
    outcome,
    actor: { kind: 'visitor' },
    origin,
    details: { operation, permission },
  };
}

/** A permission is missing, in the role or in the token (P28). */
export function accessRefused(
  { actor, role, home, origin }: Administrator,
  { operation, permission }: Asked,
  { why: missing, named }: Lack,
): AuditEvent {
  return {
    action: 'access.refused',
    outcome: 'permission-missing',
    actor,
    origin,
    tenantId: home,
    ...(named && { resource: { type: 'tenant', id: named.id } }),
    details: { operation, permission, missing, role },
  };
}

/** A machine manages nothing where it has no tenant, or one that is not active. */
export function machineRefused(
  { id, tenantId }: Pick<Proven['client'], 'id' | 'tenantId'>,
  { operation, permission }: Asked,
  origin: Origin,
): AuditEvent {
  return {
    action: 'access.refused',
    outcome: tenantId ? 'tenant-suspended' : 'no-tenant',
    actor: { kind: 'client', id, ...(tenantId && { tenantId }) },
    origin,
    ...(tenantId && { tenantId }),
    details: { operation, permission },
  };
}

/**
 * Somebody wanted into a tenant that is not theirs (P32). Theirs is where it is written, and the other is what it
 * is about: nobody writes into the log of a tenant that they were kept out of.
 */
export function tenantRefused(
  { actor, home, origin }: Pick<Administrator, 'actor' | 'home' | 'origin'>,
  { operation, permission }: Asked,
  outcome: string,
  named: { readonly where: Named['where'] | 'token' | 'client'; readonly id: string },
): AuditEvent {
  return {
    action: 'access.tenant-refused',
    outcome,
    actor,
    origin,
    tenantId: home,
    resource: { type: 'tenant', id: named.id },
    details: { operation, permission, where: named.where },
  };
}

/** A super_admin works in a tenant that is not theirs; written into that tenant's log, with the unit's reason (R5.4). */
export function tenantReached(target: TenantId, { operation, permission }: Asked): AuditEvent {
  return {
    action: 'access.tenant-reached',
    outcome: 'success',
    resource: { type: 'tenant', id: target },
    details: { operation, permission },
  };
}
