/**
 * The engine as this room uses it: oidc-provider's classes and types. No other room imports it, and
 * nothing reaches into its files.
 */
import type Provider from 'oidc-provider';

export type {
  Account,
  Adapter,
  AdapterPayload,
  ClientMetadata,
  Configuration,
  InteractionResults,
  KoaContextWithOIDC as EngineContext,
} from 'oidc-provider';
export { ExternalSigningKey, errors, interactionPolicy, Provider } from 'oidc-provider';

export type Engine = Provider;
export type EngineClient = InstanceType<Provider['Client']>;
export type EngineSession = InstanceType<Provider['Session']>;
export type EngineGrant = InstanceType<Provider['Grant']>;
