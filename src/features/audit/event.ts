import type { TenantId } from '#src/kernel/ids.ts';
import type { Actor, Origin } from '#src/kernel/scope.ts';
import type { Action } from './catalogue.ts';

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

/** One entry before it is written. Secrets never go into `details`. */
export interface AuditEvent {
  readonly action: Action;
  /** `success`, or the reason it was refused for. */
  readonly outcome: string;
  /** Left out, it is whoever the unit's scope names. */
  readonly actor?: Actor;
  /** The tenant it concerns. Left out, it is that of the unit; in a system unit, the server as a whole. */
  readonly tenantId?: TenantId;
  readonly resource?: { readonly type: string; readonly id: string };
  /** Left out, it is what the unit's scope says. */
  readonly origin?: Origin;
  readonly details?: Details;
}
