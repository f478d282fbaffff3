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

/** A client with what is asked of it at every turn. */
export interface RegisteredClient extends Client {
  /** Its tenant is suspended, or being deleted: nothing is issued to it. */
  readonly suspended: boolean;
  /** Of its resources, those that are registered, and what scopes they offer (ADR 0047). */
  readonly registered: readonly {
    readonly identifier: string;
    readonly scopes: readonly string[];
  }[];
  /** The digests of its secrets: none, one, or two (ADR 0019). */
  readonly secretDigests: readonly { readonly digest: string; readonly expiresAt?: Date }[];
}

const ID = /^[\x21-\x7e]{1,255}$/;

/** Whether a text can be a client's id. Anything else names none, and is not worth a question. */
export function isClientId(text: string): boolean {
  return ID.test(text);
}
