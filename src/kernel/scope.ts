import { type TenantId, tenantId, type UserId, userId } from './ids.ts';
import type { Role } from './roles.ts';

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

/** Who manages, as a verified token has shown (R5): a person, or a machine of a tenant. */
export interface Administrator {
  readonly actor: Extract<Actor, { readonly kind: 'user' | 'client' }>;
  readonly role: Role;
  /** What their token is for: they pass on no more than that. */
  readonly scopes: readonly string[];
  /** The tenant they belong to, whichever they reach. */
  readonly home: TenantId;
  readonly origin: Origin;
  /** Why they reach into a tenant that is not their own; asked of super_admins (R5.4). */
  readonly reason?: string;
}

/** On whose behalf an act of management runs. */
export type AdminScope =
  /** Inside one tenant, their own or the one a super_admin reaches. */
  | { readonly kind: 'administrator'; readonly tenantId: TenantId; readonly by: Administrator }
  /** Over the server as a whole: a super_admin's alone. */
  | { readonly kind: 'operator'; readonly by: Administrator };

/** On whose behalf, and inside which tenant, a piece of work runs (R16.6, D5). */
export type Scope =
  | AdminScope
  | {
      readonly kind: 'tenant';
      readonly tenantId: TenantId;
      /** The user who acts; `visitor` while nobody has been identified; `client` for a machine. */
      readonly actor: UserId | 'visitor' | 'client';
      /** Where the request came from that the work belongs to. */
      readonly origin?: Origin;
    }
  /** The timetable and the command line: work that belongs to no request. */
  | { readonly kind: 'system'; readonly job: string };

/** The tenant a piece of work is confined to; `undefined` where it is none. */
export function tenantOf(scope: Scope): TenantId | undefined {
  return 'tenantId' in scope ? scope.tenantId : undefined;
}

/** Where it came from, as far as the scope says. */
export function originOf(scope: Scope): Origin | undefined {
  if ('by' in scope) return scope.by.origin;
  return scope.kind === 'tenant' ? scope.origin : undefined;
}

/** Who acts, as far as the scope says. */
export function actorOf(scope: Scope): Actor {
  if ('by' in scope) return scope.by.actor;
  if (scope.kind === 'system') return { kind: 'system', id: scope.job };
  if (scope.actor === 'visitor' || scope.actor === 'client') return { kind: 'visitor' };
  return { kind: 'user', id: scope.actor, tenantId: scope.tenantId };
}

/** An account, as far as it has to be known to work inside its tenant. */
export interface Whose {
  readonly userId: UserId;
  readonly tenantId: TenantId;
}

/** Inside a tenant, while nobody has been identified: all that is known of somebody is an address or a link. */
export function visitorOf(tenantId: TenantId): Scope {
  return { kind: 'tenant', tenantId, actor: 'visitor' };
}

/** Inside an account's tenant, for whoever showed that it is theirs. */
export function ownerOf({ userId, tenantId }: Whose, origin?: Origin): Scope {
  return { kind: 'tenant', tenantId, actor: userId, ...(origin && { origin }) };
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** Read in the place of an account there is none of, so that the database is asked the same questions (R3.3). */
export const NOBODY: Whose = { userId: userId(NIL), tenantId: tenantId(NIL) };
