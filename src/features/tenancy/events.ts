import type { AuditEvent } from '#src/features/audit/index.ts';
import type { TenantBoundary } from '#src/kernel/faults.ts';
import { actorOf, type Scope, tenantOf } from '#src/kernel/scope.ts';

/** A unit reached beyond its tenant, and the database refused: who, of which tenant, from which (R16.5, P32). */
export function boundaryReached(scope: Scope, { cause }: TenantBoundary): AuditEvent {
  const tenantId = tenantOf(scope);
  const by = 'by' in scope ? scope.by : undefined;
  return {
    action: 'access.boundary',
    outcome: 'refused',
    actor: actorOf(scope),
    ...(tenantId !== undefined && { tenantId }),
    ...(by && { origin: by.origin }),
    details: {
      // The server's own words, which name the table and no value.
      ...(cause instanceof Error && { refusal: cause.message }),
      ...(by?.reason !== undefined && { operatorReason: by.reason }),
    },
  };
}
