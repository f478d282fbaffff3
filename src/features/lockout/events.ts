import type { AuditEvent, Origin } from '#src/features/audit/index.ts';
import { actorOf, type Scope } from '#src/kernel/scope.ts';
import type { CountedAttempt, Owner, Subject } from './lockout.ts';

/** Which count it was that closed: that of a device the owner has used before, or everybody else's. */
export type Place = 'known-device' | 'other-devices';

/** Five in a row were wrong. Of an address that is nobody's, its digest only: people type passwords in that field. */
export function lockoutClosed(
  { owner, origin }: Subject,
  { key, closedUntil }: CountedAttempt,
  place: Place,
): AuditEvent {
  return {
    action: 'lockout.closed',
    outcome: 'success',
    actor: { kind: 'visitor' },
    ...(owner && { tenantId: owner.tenantId, resource: { type: 'user', id: owner.id } }),
    origin,
    details: { place, closedUntil, ...(!owner && { addressDigest: key }) },
  };
}

interface Opening {
  readonly reason: string;
  readonly forgetDevices?: boolean;
  readonly origin?: Origin;
}

/** An account was opened to every device, by whoever the unit works for. */
export function lockoutOpened(owner: Owner, scope: Scope, opening: Opening): AuditEvent {
  const { reason, forgetDevices = false, origin } = opening;
  return {
    action: 'lockout.opened',
    outcome: 'success',
    actor: actorOf(scope),
    tenantId: owner.tenantId,
    resource: { type: 'user', id: owner.id },
    ...(origin && { origin }),
    details: { reason, forgetDevices, ...('by' in scope && { after: { closed: false } }) },
  };
}

/** Somebody came with a link that opens nothing, or nothing any more. */
export function unlockRefused(
  outcome: string,
  origin: Origin,
  owner: Owner | undefined,
): AuditEvent {
  return {
    action: 'lockout.opened',
    outcome,
    actor: { kind: 'visitor' },
    ...(owner && { tenantId: owner.tenantId, resource: { type: 'user', id: owner.id } }),
    origin,
    details: { reason: 'mailed-link' },
  };
}
