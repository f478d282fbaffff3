import type { TenantStore } from '#src/features/tenancy/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import type { Scope, Whose } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Account } from './policy.ts';

export interface AccountsDeps {
  readonly users: Pick<UserStore, 'find'>;
  readonly tenants: Pick<TenantStore, 'find'>;
}

/** For what concerns every tenant: whose link, and whose address, it is. */
export const DOORSTEP: Scope = { kind: 'system', job: 'email-change' };

/** Reads an account as a change of its address has to know it. */
export function createFindAccount({ users, tenants }: AccountsDeps) {
  return async (unit: Unit, { userId, tenantId }: Whose): Promise<Account | undefined> => {
    const user = await users.find(unit, userId);
    const tenant = await tenants.find(unit, tenantId);
    return user && tenant && { user, tenantStatus: tenant.status };
  };
}
