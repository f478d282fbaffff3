/**
 * Clients: the relying applications, and what each may do.
 *
 * Four kinds with presets (R22): web and machine hold a secret or a key, spa and native hold none.
 * Secrets are 256 random bits, shown once, kept as digests, two valid during a change (ADR 0019).
 *
 * Owns: tables `clients`, `client_secrets`. Records: `client.created`.
 */
export { type Client, type Kind, type RegisteredClient } from './client.ts';
export type { ClientDraft } from './policy.ts';
export { type Clients, createClients } from './service.ts';
export { createClientStore } from './store.pg.ts';
export type { ClientStore } from './store.ts';
