/**
 * Tenancy: the tenants of this server, and that the walls between them stand.
 *
 * Every tenant-scoped row names one, and the database shows a unit of work the rows of its own tenant
 * only (R16, ADR 0005). That it does is tried at the start and every hour, by what the application itself
 * would do (R32). A tenant that is deleted can be taken back for thirty days (ADR 0045).
 *
 * Owns: table `tenants`. Records: `tenant.*`. Answers for: P29–P32.
 */
export { createTenantApi } from './api.ts';
export { createWallTrial } from './canary.pg.ts';
export { type Canary, createCanary } from './canary.ts';
export { createTenantDesk, type Followers, type TenantDesk } from './desk.ts';
export { boundaryReached } from './events.ts';
export { createTenancy, SERVER, type Tenancy } from './service.ts';
export { createTenantStore } from './store.pg.ts';
export type { TenantStore } from './store.ts';
export {
  type PasswordRules,
  type Registration,
  SESSION_SIGNALS,
  type SessionSignal,
  type Tenant,
  type TenantSettings,
  type TenantStatus,
} from './tenant.ts';
