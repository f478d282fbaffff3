import type { AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { Interaction } from './interactions.ts';
import type { Step } from './steps.ts';
import type { Finding } from './verdict.ts';

interface Circumstances {
  readonly client: Interaction['client'];
  readonly origin: Origin;
}

/** Somebody was let in. */
export function signInSucceeded(user: User, { client, origin }: Circumstances): AuditEvent {
  return {
    action: 'sign-in.succeeded',
    outcome: 'success',
    ...by(user),
    origin,
    details: { client: client.id },
  };
}

/** The password was right, and more is due before anybody is let in. */
export function signInChallenged(
  user: User,
  due: readonly Step[],
  { client, origin }: Circumstances,
): AuditEvent {
  return {
    action: 'sign-in.challenged',
    outcome: 'success',
    ...by(user),
    origin,
    details: { client: client.id, due },
  };
}

/** An expired password was replaced on the way in. */
export function passwordChangedAt(
  user: User,
  { interaction, origin }: { interaction: { client: Interaction['client'] }; origin: Origin },
): AuditEvent {
  return {
    action: 'password.changed',
    outcome: 'success',
    ...by(user),
    origin,
    details: { client: interaction.client.id, reason: 'expired' },
  };
}

function by({ id, tenantId }: User) {
  return {
    actor: { kind: 'user', id, tenantId },
    tenantId,
    resource: { type: 'user', id },
  } as const;
}

/**
 * Somebody was not let in. It concerns the tenant of the account, or where there is none that of the
 * client. An address that is nobody's is kept as a digest only: people type passwords in that field.
 */
export function signInRefused(
  who: { readonly user: User } | { readonly addressDigest: string },
  finding: Finding,
  { client, origin }: Circumstances,
): AuditEvent {
  const tenantId = 'user' in who ? who.user.tenantId : client.tenantId;
  return {
    action: 'sign-in.refused',
    outcome: finding,
    actor: { kind: 'visitor' },
    ...(tenantId && { tenantId }),
    ...('user' in who && { resource: { type: 'user', id: who.user.id } }),
    origin,
    details: {
      client: client.id,
      ...('addressDigest' in who && { addressDigest: who.addressDigest }),
    },
  };
}
