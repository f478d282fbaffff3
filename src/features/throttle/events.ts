import type { AuditEvent, Origin } from '#src/features/audit/index.ts';
import type { Policy } from './policies.ts';

/** A limit was gone beyond, for the first time in a while. Says which, and nothing of the account or client meant. */
export function throttleExceeded({ name, key, limit, window }: Policy, origin: Origin): AuditEvent {
  return {
    action: 'throttle.exceeded',
    outcome: 'refused',
    actor: { kind: 'visitor' },
    origin,
    details: { policy: name, by: key.join('-and-'), limit, window },
  };
}
