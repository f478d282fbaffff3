import { type TenantId, userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';

/** For what comes before the tenant is known: a link by its digest, and a wait that belongs to none. */
export const DOORSTEP: Scope = { kind: 'system', job: 'verification' };

/** Inside a tenant, while nobody has been identified. */
export function visitorOf(tenantId: TenantId): Scope {
  return { kind: 'tenant', tenantId, actor: 'visitor' };
}

/** Read in the place of an account there is none of, so that the database is asked the same questions. */
export const NOBODY = userId('00000000-0000-0000-0000-000000000000');
