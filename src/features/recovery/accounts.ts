import type { Passwords } from '#src/features/passwords/index.ts';
import type { TenantStore } from '#src/features/tenancy/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import { type TenantId, tenantId, type UserId, userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Account } from './policy.ts';

export interface Whose {
  readonly userId: UserId;
  readonly tenantId: TenantId;
}

export interface AccountsDeps {
  readonly users: Pick<UserStore, 'find'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly passwords: Pick<Passwords, 'read'>;
}

/** Before the tenant is known: whose address it is, whose link, and what was tried on nobody's. */
export const DOORSTEP: Scope = { kind: 'system', job: 'recovery' };

/** Inside the account's tenant, while all that is known of somebody is an address or a link. */
export function visitorOf({ tenantId }: Whose): Scope {
  return { kind: 'tenant', tenantId, actor: 'visitor' };
}

/** Inside the account's tenant, for whoever holds its mailbox. */
export function ownerOf({ tenantId, userId }: Whose): Scope {
  return { kind: 'tenant', tenantId, actor: userId };
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** Read in the place of an account there is none of. */
export const NOBODY: Whose = { userId: userId(NIL), tenantId: tenantId(NIL) };

/** Reads an account as recovery has to know it. */
export function createFindAccount({ users, tenants, passwords }: AccountsDeps) {
  return async (unit: Unit, { userId, tenantId }: Whose): Promise<Account | undefined> => {
    const user = await users.find(unit, userId);
    const password = await passwords.read(unit, userId);
    const tenant = await tenants.find(unit, tenantId);
    return user && tenant && { user, tenantStatus: tenant.status, ...(password && { password }) };
  };
}
