import { isUuid, type TenantId, tenantId } from '#src/kernel/ids.ts';
import type { Administrator, AdminScope } from '#src/kernel/scope.ts';
import { holds, type Permission } from './permissions.ts';

/** A tenant that a request names, and where it does. */
export interface Named {
  readonly where: 'path' | 'query' | 'header';
  readonly id: string;
}

/** What is asked for. */
export interface Wanted {
  readonly operation: string;
  readonly permission: Permission;
  readonly reach: 'tenant' | 'server';
  readonly tenants: readonly Named[];
  /** Why a super_admin reaches into a tenant, if they say so. */
  readonly reason?: string;
}

export type Verdict =
  | { readonly may: true; readonly scope: AdminScope; readonly reached?: TenantId }
  | ({ readonly may: false } & (Lack | Trespass));

/** The permission is missing: in the role, or in the token. */
export interface Lack {
  readonly why: 'role' | 'scope';
  /** The tenant it was wanted in, where that is not their own. */
  readonly named?: Named;
}

/** Another's tenant; none that can be; or one to be reached without a reason, or beside another. */
export interface Trespass {
  readonly why: 'another-tenant' | 'unknown-tenant' | 'reason-missing' | 'several-tenants';
  readonly named: Named;
}

/**
 * Whether somebody may, and on whose behalf it then runs: permission and tenant judged together (R5.6).
 *
 * A permission takes both: their role, as it is now, holds it, and their token is for it (P24). Whoever names a
 * tenant that is not theirs is refused, but for super_admins (P31), who say why.
 */
export function judge(by: Administrator, wanted: Wanted): Verdict {
  const named = wanted.tenants.find(({ id }) => id !== by.home);
  if (named && by.role !== 'super_admin') return { may: false, why: 'another-tenant', named };
  const missing = missingFrom(by, wanted.permission);
  if (missing) return { may: false, why: missing, ...(named && { named }) };
  return named ? reach(by, wanted, named) : { may: true, scope: ownScope(by, wanted) };
}

function missingFrom(by: Administrator, permission: Permission): 'role' | 'scope' | undefined {
  if (!holds(by.role, permission)) return 'role';
  return by.scopes.includes(permission) ? undefined : 'scope';
}

function ownScope(by: Administrator, { reach: wanted, tenants }: Wanted): AdminScope {
  const everywhere = wanted === 'server' && by.role === 'super_admin' && tenants.length === 0;
  return everywhere ? { kind: 'operator', by } : { kind: 'administrator', tenantId: by.home, by };
}

function reach(by: Administrator, { tenants, reason }: Wanted, named: Named): Verdict {
  if (tenants.some(({ id }) => id !== named.id)) return refuse('several-tenants', named);
  if (!isUuid(named.id)) return refuse('unknown-tenant', named);
  if (reason === undefined) return refuse('reason-missing', named);
  const target = tenantId(named.id);
  const scope = { kind: 'administrator', tenantId: target, by: { ...by, reason } } as const;
  return { may: true, scope, reached: target };
}

function refuse(why: Trespass['why'], named: Named): Verdict {
  return { may: false, why, named };
}
