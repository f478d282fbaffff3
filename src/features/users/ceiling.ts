import type { Role } from '#src/kernel/roles.ts';
import { reaches } from '#src/kernel/roles.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import { versionOf } from '#src/kernel/version.ts';
import type { User } from './user.ts';

/** Why somebody may not be touched: `unknown` stands for whoever is not of the tenant, too (R16.2). */
export type ManagedRefusal = 'unknown' | 'role-too-high' | 'changed';

/** Whether an administrator may touch whoever has a role: nobody reaches above themselves (R5.5). */
export function mayReach(scope: AdminScope, role: Role): boolean {
  return reaches(scope.by.role, role);
}

const GRANT = 'roles:grant';

/** Whether an administrator may give a role: one up to their own, with a token that is for it. */
export function mayGive(scope: AdminScope, role: Role): boolean {
  return mayReach(scope, role) && (role === 'user' || scope.by.scopes.includes(GRANT));
}

/** What speaks against touching somebody who is in the state `version` names, or in whichever. */
export function managedFault(
  scope: AdminScope,
  user: User | undefined,
  version?: string,
): ManagedRefusal | undefined {
  if (user?.tenantId !== tenantOf(scope) || !user) return 'unknown';
  if (!mayReach(scope, user.role)) return 'role-too-high';
  return version !== undefined && version !== versionOf(user) ? 'changed' : undefined;
}

/** What decides whether somebody can manage. */
export type Rank = Pick<User, 'role' | 'status' | 'emailVerifiedAt'>;

/**
 * Whether a change would leave a tenant without anybody to manage it, or the operator's without a
 * super_admin (R29). `after` is absent where the account goes; `others` are the tenant's other administrators.
 */
export function leavesNobody(
  before: Rank,
  after: Rank | undefined,
  others: readonly Rank[],
): boolean {
  return LEVELS.some(
    (level) =>
      isUsable(before, level) &&
      !(after && isUsable(after, level)) &&
      !others.some((other) => isUsable(other, level)),
  );
}

const LEVELS = ['tenant_admin', 'super_admin'] as const;

/** Of an account that cannot sign in, the role is of no use. */
function isUsable({ role, status, emailVerifiedAt }: Rank, level: Role): boolean {
  return status === 'active' && emailVerifiedAt !== undefined && reaches(role, level);
}
