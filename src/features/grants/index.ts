/**
 * Grants: what people allowed applications.
 *
 * The provider keeps them; here, those who manage see them and take them back (R25). One goes by the person and
 * the application it is between, never by what the application holds.
 *
 * Owns: nothing. Records: `grant.read`, `grant.revoked`.
 */
export { createGrantsApi } from './api.ts';
export type { Grant, GrantKey } from './grant.ts';
export { createGrants, type Grants } from './service.ts';
export type { GrantPage, GrantStore } from './store.ts';
