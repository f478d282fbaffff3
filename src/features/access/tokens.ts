import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import type { Role } from '#src/kernel/roles.ts';

/** An access token as a request brings it, with what of the request it may be bound to. */
export interface Presented {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
  /** The `DPoP` headers there are; one is a proof of possession (RFC 9449 §4.3). */
  readonly proofs: readonly string[];
  readonly method: string;
  readonly path: string;
}

/** What stands behind a token for this API. */
export interface Proven {
  readonly client: { readonly id: string; readonly tenantId?: TenantId };
  /** Whose token it is, as they are now; a machine's is nobody's. */
  readonly person?: { readonly id: UserId; readonly tenantId: TenantId; readonly role: Role };
  /** The tenant that the token names. */
  readonly tenantId?: string;
  /** What it is for, of what its application is registered for now. */
  readonly scopes: readonly string[];
}

/** Why a token proves nothing. */
export type Unproven =
  /** Too long, or no signed token at all. */
  | 'malformed'
  /** Of another signer, kind, issuer or audience, or for another time. */
  | 'invalid'
  | 'client-gone'
  /** Its session or person is, too: ended, disabled, suspended. */
  | 'session-ended'
  /** Bound to a key and brought as a bearer's, or the other way round. */
  | 'binding'
  | 'proof';

/** Proves access tokens for the resource `API_RESOURCE`; the provider's to do. */
export interface TokenVerifier {
  /** Rejects with `Unavailable` where what has to be asked is away: a token is never let pass for that. */
  prove(presented: Presented): Promise<Outcome<Proven, Unproven>>;
}
