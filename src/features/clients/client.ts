import type { ClientId, TenantId } from '#src/kernel/ids.ts';

export const KINDS = ['web', 'spa', 'native', 'machine'] as const;
export type Kind = (typeof KINDS)[number];

/** A relying application, as registered. */
export interface Client {
  readonly id: ClientId;
  /** The tenant whose users alone may enter; none where all tenants share it (ADR 0002). */
  readonly tenantId?: TenantId;
  readonly kind: Kind;
  readonly name: string;
  readonly status: 'active' | 'disabled';
  /** Ours: no consent page. */
  readonly firstParty: boolean;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri?: string;
  readonly corsOrigins: readonly string[];
  readonly scopes: readonly string[];
  /** Resource indicators (RFC 8707) it may ask tokens for. */
  readonly resources: readonly string[];
  readonly requirePkce: boolean;
  readonly requirePar: boolean;
  readonly dpopBound: boolean;
  readonly claimsAtUserinfo: boolean;
  readonly idTokenAlg: 'RS256' | 'ES256';
  /** Public keys for private_key_jwt. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A client with the digests of its secrets that have not expired: none, one, or two (ADR 0019). */
export interface RegisteredClient extends Client {
  readonly secretDigests: readonly { readonly digest: string; readonly expiresAt?: Date }[];
}
