import type { Passwords } from '#src/features/passwords/index.ts';
import type { Tenant } from '#src/features/tenancy/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import { type TenantId, tenantId, userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import type { Account } from './verdict.ts';

export interface AccountsDeps {
  readonly units: Units;
  readonly users: Pick<UserStore, 'locate' | 'find'>;
  readonly tenants: {
    find(unit: Unit, id: TenantId): Promise<Pick<Tenant, 'status'> | undefined>;
  };
  readonly passwords: Pick<Passwords, 'read'>;
}

/** For what comes before the tenant is known: whose address it is, and what was tried on nobody's. */
export const DOORSTEP: Scope = { kind: 'system', job: 'sign-in' };

/** Inside a tenant, while nobody has been identified. */
export function visitorOf(tenantId: TenantId): Scope {
  return { kind: 'tenant', tenantId, actor: 'visitor' };
}

const NIL = '00000000-0000-0000-0000-000000000000';
const NOBODY = { id: userId(NIL), tenantId: tenantId(NIL) };

/**
 * Finds the account of an address, as it was typed. Where there is none, nobody's is read in its place,
 * so that the database is asked the same questions and takes as long to answer (R3.3).
 */
export function createFindAccount({ units, users, tenants, passwords }: AccountsDeps) {
  return async (typed: string): Promise<Account | undefined> => {
    const address = normaliseEmail(typed) ?? '';
    const located = await units.once(DOORSTEP, (unit) => users.locate(unit, address));
    const { id, tenantId } = located ?? NOBODY;
    return units.run(visitorOf(tenantId), async (unit) => {
      const user = await users.find(unit, id);
      const phc = await passwords.read(unit, id);
      const tenant = await tenants.find(unit, tenantId);
      return user && tenant && { user, phc, tenantStatus: tenant.status };
    });
  };
}
