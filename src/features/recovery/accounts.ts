import type { Passwords } from '#src/features/passwords/index.ts';
import type { TenantStore } from '#src/features/tenancy/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import type { Scope, Whose } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Account } from './policy.ts';

export interface AccountsDeps {
  readonly users: Pick<UserStore, 'find'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly passwords: Pick<Passwords, 'read'>;
}

/** Before the tenant is known: whose address it is, whose link, and what was tried on nobody's. */
export const DOORSTEP: Scope = { kind: 'system', job: 'recovery' };

/** Reads an account as recovery has to know it. */
export function createFindAccount({ users, tenants, passwords }: AccountsDeps) {
  return async (unit: Unit, { userId, tenantId }: Whose): Promise<Account | undefined> => {
    const user = await users.find(unit, userId);
    const password = await passwords.read(unit, userId);
    const tenant = await tenants.find(unit, tenantId);
    return user && tenant && { user, tenantStatus: tenant.status, ...(password && { password }) };
  };
}
