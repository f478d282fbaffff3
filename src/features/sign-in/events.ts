import type { AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { Interaction } from './interactions.ts';
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
    actor: { kind: 'user', id: user.id, tenantId: user.tenantId },
    tenantId: user.tenantId,
    resource: { type: 'user', id: user.id },
    origin,
    details: { client: client.id },
  };
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
