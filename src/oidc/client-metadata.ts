import type { RegisteredClient } from '#src/features/clients/index.ts';
import type { ClientMetadata, EngineClient } from './engine.ts';

/** What we add to the metadata of OpenID Connect Registration; the engine keeps it on its Client. */
export interface OwnMetadata {
  readonly avian_tenant_id?: string;
  /** Its tenant is not active: it gets no token of its own. */
  readonly avian_suspended: boolean;
  readonly avian_kind: RegisteredClient['kind'];
  readonly avian_first_party: boolean;
  readonly avian_require_pkce: boolean;
  readonly avian_claims_at_userinfo: boolean;
  readonly avian_cors_origins: readonly string[];
  readonly avian_resources: readonly string[];
  readonly avian_resource_scopes: readonly string[];
  /** Of its resources, those that are registered: a token for one carries none but its scopes (ADR 0047). */
  readonly avian_registered: RegisteredClient['registered'];
}

export const OWN_METADATA = [
  'avian_tenant_id',
  'avian_suspended',
  'avian_kind',
  'avian_first_party',
  'avian_require_pkce',
  'avian_claims_at_userinfo',
  'avian_cors_origins',
  'avian_resources',
  'avian_resource_scopes',
  'avian_registered',
] as const satisfies readonly (keyof OwnMetadata)[];

/** The scopes that are the provider's own; every other scope belongs to a resource. */
export const OPENID_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];

/** Our part of a client's metadata. */
export function ownMetadata(client: EngineClient): OwnMetadata {
  return client as unknown as OwnMetadata;
}

/**
 * A registered client in the words of OpenID Connect Registration.
 *
 * `unusedSecret` stands where the engine wants one: it is compared with nothing, since secrets are
 * kept as digests and checked by the clients' room (D10).
 */
export function metadataOf(
  client: RegisteredClient,
  unusedSecret: string,
): ClientMetadata & OwnMetadata {
  const method = authMethodOf(client);
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.kind === 'native' ? 'native' : 'web',
    token_endpoint_auth_method: method,
    ...(method === 'client_secret_basic' && { client_secret: unusedSecret }),
    ...(client.jwks && { jwks: { keys: [...client.jwks.keys] } }),
    ...flowsOf(client),
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    ...(client.backchannelLogoutUri && {
      backchannel_logout_uri: client.backchannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
    id_token_signed_response_alg: client.idTokenAlg,
    require_pushed_authorization_requests: client.requirePar,
    dpop_bound_access_tokens: client.dpopBound,
    ...own(client),
  };
}

function authMethodOf(client: RegisteredClient) {
  if (client.jwks) return 'private_key_jwt';
  return client.kind === 'spa' || client.kind === 'native' ? 'none' : 'client_secret_basic';
}

function flowsOf(client: RegisteredClient) {
  if (client.kind === 'machine') return { grant_types: ['client_credentials'], response_types: [] };
  return {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
    scope: client.scopes.filter((scope) => OPENID_SCOPES.includes(scope)).join(' '),
  };
}

function own(client: RegisteredClient): OwnMetadata {
  return {
    ...(client.tenantId && { avian_tenant_id: client.tenantId }),
    avian_suspended: client.suspended,
    avian_kind: client.kind,
    avian_first_party: client.firstParty,
    avian_require_pkce: client.requirePkce,
    avian_claims_at_userinfo: client.claimsAtUserinfo,
    avian_cors_origins: client.corsOrigins,
    avian_resources: client.resources,
    avian_resource_scopes: client.scopes.filter((scope) => !OPENID_SCOPES.includes(scope)),
    avian_registered: client.registered,
  };
}
