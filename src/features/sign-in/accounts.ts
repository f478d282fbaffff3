import type { Passwords } from '#src/features/passwords/index.ts';
import type { Tenant } from '#src/features/tenancy/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { NOBODY, type Scope, visitorOf, type Whose } from '#src/kernel/scope.ts';
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

/** Accounts as a sign-in has to know them. */
export interface Accounts {
  /**
   * The account of an address, as it was typed. Where there is none, nobody's is read in its place, so
   * that the database is asked the same questions and takes as long to answer (R3.3).
   */
  at(typed: string): Promise<Account | undefined>;
  /** The account of somebody who was at the door before. */
  of(person: Whose): Promise<Account | undefined>;
}

/** For what comes before the tenant is known: whose address it is, and what was tried on nobody's. */
export const DOORSTEP: Scope = { kind: 'system', job: 'sign-in' };

export function createAccounts({ units, users, tenants, passwords }: AccountsDeps): Accounts {
  const of = ({ userId, tenantId }: Whose) =>
    units.run(visitorOf(tenantId), async (unit) => {
      const user = await users.find(unit, userId);
      const password = await passwords.read(unit, userId);
      const tenant = await tenants.find(unit, tenantId);
      return user && tenant && { user, password, tenantStatus: tenant.status };
    });

  return {
    of,
    async at(typed) {
      const address = normaliseEmail(typed) ?? '';
      const located = await units.once(DOORSTEP, (unit) => users.locate(unit, address));
      return of(located ? { userId: located.id, tenantId: located.tenantId } : NOBODY);
    },
  };
}
