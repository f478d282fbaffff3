import type { Scope } from '#src/kernel/scope.ts';

/** For what comes before the tenant is known: whose address it is, and an invitation by its digest. */
export const DOORSTEP: Scope = { kind: 'system', job: 'registration' };
