import type { Scope } from '#src/kernel/scope.ts';

/** Entries of no unit, and what is done to the log as a whole. */
export const SCOPE: Extract<Scope, { kind: 'system' }> = { kind: 'system', job: 'audit' };
