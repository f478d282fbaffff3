import type { Actor, AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Invitation, InvitationRefusal } from './policy.ts';

interface Circumstances {
  readonly origin: Origin;
  readonly clientId?: string;
}

/** Somebody made an account for themselves. `replaced` says that an unproven one made way for it. */
export function registrationCompleted(
  user: User,
  how: { readonly isInvited: boolean; readonly replaced: boolean },
  { origin, clientId }: Circumstances,
): AuditEvent {
  const { email, name, role } = user;
  return {
    action: 'registration.completed',
    outcome: 'success',
    actor: { kind: 'visitor' },
    tenantId: user.tenantId,
    resource: { type: 'user', id: user.id },
    origin,
    details: { email, name, role, ...how, ...(clientId !== undefined && { client: clientId }) },
  };
}

/**
 * Nobody registered. Of a taken address it concerns the account's own tenant; an address that is nobody's
 * is kept as a digest only.
 */
export function registrationRefused(
  reason: 'email-taken' | 'mail-limit' | 'invitation-gone',
  whose: { readonly tenantId: TenantId } & (
    | { readonly id: UserId }
    | { readonly addressDigest: string }
  ),
  { origin, clientId }: Circumstances,
): AuditEvent {
  return {
    action: 'registration.refused',
    outcome: reason,
    actor: { kind: 'visitor' },
    tenantId: whose.tenantId,
    ...('id' in whose && { resource: { type: 'user', id: whose.id } }),
    origin,
    details: {
      ...('addressDigest' in whose && { addressDigest: whose.addressDigest }),
      ...(clientId !== undefined && { client: clientId }),
    },
  };
}

/** An administrator asked somebody in, or could not. */
export function invitationSent(
  { id, tenantId, email, role }: Pick<Invitation, 'id' | 'tenantId' | 'email' | 'role'>,
  outcome: 'success' | InvitationRefusal,
  actor: Actor,
): AuditEvent {
  return {
    action: 'invitation.sent',
    outcome,
    actor,
    tenantId,
    resource: { type: 'invitation', id },
    details: outcome === 'success' ? { after: { email, role } } : { email, role },
  };
}
