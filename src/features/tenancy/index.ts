/**
 * Tenancy: the tenants of this server.
 *
 * Every tenant-scoped row names one, and the database shows a unit of work the rows of its own tenant
 * only (R16, ADR 0005).
 *
 * Owns: table `tenants`. Records: `tenant.created`, `tenant.updated`. Answers for: P29–P32.
 */
export { createTenancy, type Followers, type Tenancy } from './service.ts';
export { createTenantStore } from './store.pg.ts';
export type { TenantStore } from './store.ts';
export {
  type PasswordRules,
  type Registration,
  SESSION_SIGNALS,
  type SessionSignal,
  type Tenant,
  type TenantSettings,
} from './tenant.ts';
