import type { AuditClause } from '#src/features/audit/index.ts';
import type { standing } from '#src/features/sessions/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** What storage owes the provider's room: grants, refresh tokens and consents, which must not be lost (D6). */
export interface TokenStore {
  /** A grant by its digest, in whichever tenant. */
  findGrant(unit: Unit, idDigest: string): Promise<StoredGrant | undefined>;
  putGrant(unit: Unit, grant: StoredGrant, now: Date): Promise<void>;
  /** Removes a grant and every refresh token that hangs on it; whose it was, if it was there. */
  removeGrant(unit: Unit, idDigest: string): Promise<Owner | undefined>;

  /** A refresh token with its grant and its user, in one round trip, in whichever tenant. */
  findRefreshToken(unit: Unit, idDigest: string): Promise<FoundRefreshToken | undefined>;
  /** Writes a token and its audit entry; `false`, and neither written, when the grant is gone meanwhile or the token is there. */
  insertRefreshToken(unit: Unit, token: StoredRefreshToken, written: Written): Promise<boolean>;
  /**
   * Spends a refresh token, writes its successor and the audit entry, all or none (D9): `true` for the
   * one caller, of any number and ever, who spent it.
   */
  rotate(
    unit: Unit,
    parentDigest: string,
    successor: StoredRefreshToken,
    written: Written,
  ): Promise<boolean>;
  /** Whether a token was spent after `graceFrom` and its successor is yet unused. */
  isHonestRetry(unit: Unit, retry: Retry): Promise<boolean>;
  /** Whether a refresh token exists and was not spent. */
  isUnspent(unit: Unit, idDigest: string): Promise<boolean>;
  removeRefreshToken(unit: Unit, idDigest: string): Promise<void>;
  removeRefreshTokens(unit: Unit, grantDigest: string): Promise<void>;

  /** The applications that hold a grant of the user's. */
  applicationsOf(unit: Unit, userId: UserId): Promise<readonly string[]>;

  /** Removes what has expired, `limit` of each at most: a grant takes its tokens along. */
  sweep(unit: Unit, now: Date, limit: number): Promise<void>;

  findConsent(unit: Unit, userId: UserId, clientId: string): Promise<Consent | undefined>;
  /** Adds to what the user allowed the client before. */
  addConsent(unit: Unit, owner: Owner, added: Consent, now: Date): Promise<void>;
}

export interface Owner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly clientId: string;
}

export interface StoredGrant extends Owner {
  readonly idDigest: string;
  readonly payload: Record<string, unknown>;
  readonly expiresAt: Date;
}

export interface StoredRefreshToken extends StoredGrant {
  readonly grantDigest: string;
}

/** What Postgres says of the token's user and tenant. */
export type Standing = NonNullable<Parameters<typeof standing>[1]>;

/** When something is written, and the entry that is written with it. */
export interface Written {
  readonly at: Date;
  readonly entry: AuditClause;
}

export interface Retry {
  readonly parentDigest: string;
  readonly successorDigest: string;
  readonly graceFrom: Date;
}

export interface FoundRefreshToken {
  readonly token: StoredRefreshToken & { readonly spentAt?: Date };
  readonly grant: Record<string, unknown>;
  readonly standing: Standing;
}

/** What a user allowed a client: what need not be asked again. */
export interface Consent {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}
