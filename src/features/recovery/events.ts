import type { AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { PasswordFault } from '#src/features/passwords/index.ts';
import type { Whose } from '#src/kernel/scope.ts';
import type { DeadLink } from './policy.ts';

/** What came of a request; only the log is told. */
export type Answer = 'success' | 'unknown-account' | 'disabled' | 'tenant-suspended' | 'limited';

export type Refusal = DeadLink | 'changed-meanwhile' | 'unfit';

/** Somebody asked for a link. An address that is nobody's is kept as a digest only. */
export function recoveryRequested(
  whose: Whose | { readonly addressDigest: string },
  outcome: Answer,
  origin: Origin,
): AuditEvent {
  return {
    action: 'recovery.requested',
    outcome,
    actor: { kind: 'visitor' },
    ...('userId' in whose ? subjectOf(whose) : { details: { addressDigest: whose.addressDigest } }),
    origin,
  };
}

export function recoveryCompleted(whose: Whose, origin: Origin): AuditEvent {
  return {
    action: 'recovery.completed',
    outcome: 'success',
    actor: { kind: 'user', id: whose.userId, tenantId: whose.tenantId },
    ...subjectOf(whose),
    origin,
  };
}

export function recoveryRefused(
  whose: Whose | undefined,
  { reason, faults }: { readonly reason: Refusal; readonly faults?: readonly PasswordFault[] },
  origin: Origin,
): AuditEvent {
  return {
    action: 'recovery.refused',
    outcome: reason,
    actor: { kind: 'visitor' },
    ...(whose && subjectOf(whose)),
    origin,
    ...(faults && { details: { faults } }),
  };
}

function subjectOf({ userId, tenantId }: Whose) {
  return { tenantId, resource: { type: 'user', id: userId } } as const;
}
