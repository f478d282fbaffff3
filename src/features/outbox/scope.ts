import type { Scope } from '#src/kernel/scope.ts';

/** Deliveries and operators act for the server as a whole. */
export const SCOPE = { kind: 'system', job: 'outbox' } as const satisfies Scope;
