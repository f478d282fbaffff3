import type { Scope } from '#src/kernel/scope.ts';

/** Whoever is due, of whichever tenant. */
export const SCOPE: Extract<Scope, { kind: 'system' }> = { kind: 'system', job: 'webhooks' };
