declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A tenant's id: a UUIDv7. */
export type TenantId = Branded<'TenantId'>;
/** A user's id: a UUIDv7, and the `sub` of every token about them. */
export type UserId = Branded<'UserId'>;
/** An application's id: its OAuth `client_id` (RFC 6749 §2.2). */
export type ClientId = Branded<'ClientId'>;

/** Makes identifiers and secrets. */
export interface Ids {
  /** A UUIDv7 (RFC 9562 §5.7): unique, and ordered by the time it was made. */
  uuid(): string;
  /** `bytes` random bytes from the CSPRNG (32 unless told), as base64url. */
  secret(bytes?: number): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export const tenantId = (text: string): TenantId => text as TenantId;
export const userId = (text: string): UserId => text as UserId;
export const clientId = (text: string): ClientId => text as ClientId;
