import type { TenantId, UserId } from '#src/kernel/ids.ts';

/** Where a request came from, as far as is known. */
export interface Origin {
  readonly address?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
}

/** Who did it. A `visitor` has not been identified; `system` is a job or the command line. */
export type Actor =
  | { readonly kind: 'user'; readonly id: UserId; readonly tenantId: TenantId }
  | { readonly kind: 'client'; readonly id: string; readonly tenantId?: TenantId }
  | { readonly kind: 'visitor' }
  | { readonly kind: 'system'; readonly id: string };

/** Names that only a secret bears: such a detail does not compile, and where it gets past, its value is left out. */
export type SecretName =
  | 'password'
  | 'secret'
  | 'clientSecret'
  | 'token'
  | 'accessToken'
  | 'refreshToken'
  | 'idToken'
  | 'code'
  | 'otp'
  | 'cookie'
  | 'authorization'
  | 'assertion'
  | 'credential'
  | 'hash';

export type Details = { readonly [name: string]: unknown } & {
  readonly [Name in SecretName]?: never;
};

/** One entry before it is written. `action` is `<room>.<past participle>`; secrets never go into `details`. */
export interface AuditEvent {
  readonly action: string;
  /** `success`, or the reason it was refused for. */
  readonly outcome: string;
  readonly actor: Actor;
  /** The tenant it concerns. Left out, it is that of the unit; in a system unit, the server as a whole. */
  readonly tenantId?: TenantId;
  readonly resource?: { readonly type: string; readonly id: string };
  readonly origin?: Origin;
  readonly details?: Details;
}
