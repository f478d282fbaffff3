import type { Scope } from '#src/kernel/scope.ts';

/** For what comes before the tenant is known: a link by its digest, and a wait that belongs to none. */
export const DOORSTEP: Scope = { kind: 'system', job: 'verification' };
