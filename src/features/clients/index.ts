/**
 * Clients: the relying applications, and what each may do.
 *
 * Four kinds with presets (R22): web and machine hold a secret or a key, spa and native hold none.
 * Secrets are 256 random bits, shown once, kept as digests, two valid during a change (ADR 0019). Those who
 * manage do so in their own tenant, and give no application a permission that they lack themselves.
 *
 * Owns: tables `clients`, `client_secrets`. Records: `client.created`, `client.updated`, `client.disabled`,
 * `client.enabled`, `client.deleted`, `client.secret-rotated`, `client.secret-revoked`.
 */
export {
  type ClientAdministration,
  createClientAdministration,
} from './administration.ts';
export { createClientsApi } from './api.ts';
export type { ChangingDeps } from './changing.ts';
export { type Client, type Kind, type RegisteredClient } from './client.ts';
export type { ClientDraft } from './policy.ts';
export { createRegistering } from './registering.ts';
export { type ClientSecrets, createClientSecrets } from './secret-rotation.ts';
export { type Clients, COMMAND_LINE, createClients } from './service.ts';
export { createClientStore } from './store.pg.ts';
export type { ClientStore } from './store.ts';
