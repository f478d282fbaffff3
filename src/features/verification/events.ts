import type { AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';

interface Whose {
  readonly id: UserId;
  readonly tenantId: TenantId;
}

interface Circumstances {
  readonly origin: Origin;
  readonly clientId?: string;
}

/** A mail was asked for; `mail-limit` where the address has had its share. */
export function verificationRequested(
  { id, tenantId }: Whose,
  outcome: 'success' | 'mail-limit',
  { origin, clientId }: Circumstances,
): AuditEvent {
  return {
    action: 'verification.requested',
    outcome,
    actor: { kind: 'visitor' },
    tenantId,
    resource: { type: 'user', id },
    origin,
    details: { ...(clientId !== undefined && { client: clientId }) },
  };
}

/** An address was proven. */
export function verificationCompleted(
  { id, tenantId }: Whose,
  by: Means,
  { origin, clientId }: Circumstances,
): AuditEvent {
  return {
    action: 'verification.completed',
    outcome: 'success',
    actor: { kind: 'user', id, tenantId },
    tenantId,
    resource: { type: 'user', id },
    origin,
    details: { by, ...(clientId !== undefined && { client: clientId }) },
  };
}

/** How somebody tried to prove an address, or to get another mail. */
export type Means = 'link' | 'code' | 'resend';

/** Nothing came of it. Of a link that is nobody's, or a wait for nothing, there is no account to name. */
export function verificationRefused(
  whose: { readonly id?: UserId; readonly tenantId?: TenantId },
  reason: string,
  { by, origin }: { readonly by: Means; readonly origin: Origin },
): AuditEvent {
  return {
    action: 'verification.refused',
    outcome: reason,
    actor: { kind: 'visitor' },
    ...(whose.tenantId && { tenantId: whose.tenantId }),
    ...(whose.id && { resource: { type: 'user', id: whose.id } }),
    origin,
    details: { by },
  };
}
