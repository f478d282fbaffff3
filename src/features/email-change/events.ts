import type { Actor, AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { Whose } from '#src/kernel/scope.ts';
import type { DeadLink } from './policy.ts';

/** What came of asking; only the log is told. */
export type Answer =
  | 'success'
  /** It is somebody else's. */
  | 'taken'
  /** Somebody else gave it up so lately that they may take it back. */
  | 'reserved'
  | 'limited';

export type Refusal = DeadLink | 'address-taken' | 'wrong-password';

/** An address is kept as a digest until it is proven to be theirs. */
export function changeRequested(
  whose: Whose,
  { outcome, addressDigest }: { readonly outcome: Answer; readonly addressDigest: string },
  origin: Origin,
): AuditEvent {
  return {
    ...{ action: 'email-change.requested', outcome, actor: ownerOf(whose) },
    ...subjectOf(whose),
    origin,
    details: { addressDigest },
  };
}

export function changeConfirmed(
  whose: Whose,
  { oldEmail, newEmail }: { readonly oldEmail: string; readonly newEmail: string },
  origin: Origin,
): AuditEvent {
  return {
    ...{ action: 'email-change.confirmed', outcome: 'success', actor: ownerOf(whose) },
    ...subjectOf(whose),
    origin,
    details: { oldEmail, newEmail },
  };
}

/** Names the address that was given up again, and the one that is back. */
export function changeUndone(
  whose: Whose,
  { from, to }: { readonly from: string; readonly to: string },
  origin: Origin,
): AuditEvent {
  return {
    ...{ action: 'email-change.undone', outcome: 'success', actor: ownerOf(whose) },
    ...subjectOf(whose),
    origin,
    details: { oldEmail: to, newEmail: from },
  };
}

export function changeRefused(
  whose: Whose | undefined,
  { step, reason }: { readonly step: 'ask' | 'confirm' | 'undo'; readonly reason: Refusal },
  origin: Origin,
): AuditEvent {
  return {
    ...{ action: 'email-change.refused', outcome: reason, actor: { kind: 'visitor' } },
    ...(whose && subjectOf(whose)),
    origin,
    details: { step },
  };
}

function ownerOf({ userId, tenantId }: Whose): Actor {
  return { kind: 'user', id: userId, tenantId };
}

function subjectOf({ userId, tenantId }: Whose) {
  return { tenantId, resource: { type: 'user', id: userId } } as const;
}
