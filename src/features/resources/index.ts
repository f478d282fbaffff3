/**
 * Resources: the APIs that tokens are for.
 *
 * Each has an identifier that tokens name as their audience (RFC 8707), and scopes with words for people. One
 * belongs to a tenant, or to all; Avian's own management API is built in, its scopes are the permissions there
 * are. Registering an API is no condition for tokens: it says which scopes they may carry (ADR 0047).
 *
 * Owns: table `resources`. Records: `resource.created`, `resource.updated`, `resource.deleted`.
 */
export { createResourcesApi } from './api.ts';
export { resourceFault, scopeFault } from './policy.ts';
export type { Resource } from './resource.ts';
export { createResources, type Resources } from './service.ts';
export { createResourceStore } from './store.pg.ts';
export type { ResourceStore } from './store.ts';
