/**
 * Access: who may manage what.
 *
 * Four roles, each with all of the ones below it, and permissions named `resource:action` in one table (R5). The
 * gate in front of every operation of the management API proves the token, asks what its owner is now, and judges
 * permission and tenant together; a handler is only run with the scope that came of it. A machine is an
 * administrator of its tenant, within what its token is for. Whoever names a tenant that is not theirs is refused;
 * a super_admin says why, and works in that tenant (ADR 0044).
 *
 * Owns: table `idempotency_keys`. Records: `access.token-refused`, `access.refused`, `access.tenant-refused`,
 * `access.tenant-reached`. Answers for: P4, P24–P28, P31, P32.
 */
export { createAccessApi } from './api.ts';
export { createGate, type Gate, type GateDeps, type Guarded } from './gate.ts';
export { createIdempotencyStore } from './idempotency.pg.ts';
export { createIdempotency, type Idempotency } from './idempotency.ts';
export {
  API_RESOURCE,
  holds,
  isPermission,
  PERMISSIONS,
  type Permission,
  permissionsOf,
} from './permissions.ts';
export { type Access, type AccessDeps, createAccess } from './service.ts';
export type { Presented, Proven, TokenVerifier, Unproven } from './tokens.ts';
