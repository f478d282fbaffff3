import type { Tenant } from '#src/features/tenancy/index.ts';
import { NotFound } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import type { PasswordOwner, PasswordPolicy } from './passwords.ts';
import { fewestCharacters } from './rules.js';
import type { PasswordStore, PastHash } from './store.ts';

export interface PolicyDeps {
  readonly units: Units;
  readonly store: Pick<PasswordStore, 'past'>;
  readonly tenants: {
    find(
      unit: Unit,
      id: TenantId,
    ): Promise<Pick<Tenant, 'passwordRules' | 'passwordDays'> | undefined>;
  };
}

/** Reads what a tenant asks of passwords, and what an owner had before. */
export function createPolicies({ units, store, tenants }: PolicyDeps) {
  async function policyIn(unit: Unit, tenantId: TenantId): Promise<PasswordPolicy> {
    const tenant = await tenants.find(unit, tenantId);
    if (!tenant) throw new NotFound('There is no such tenant.');
    const { passwordRules: rules, passwordDays: days } = tenant;
    return { rules, minLength: fewestCharacters(rules), days };
  }

  return {
    policyIn,

    policyOf: (tenantId: TenantId) =>
      units.once(insideOf(tenantId), (unit) => policyIn(unit, tenantId)),

    measureFor: ({ tenantId, id }: PasswordOwner) =>
      units.run(insideOf(tenantId), async (unit) => {
        const policy = await policyIn(unit, tenantId);
        const past: readonly PastHash[] = id === undefined ? [] : await store.past(unit, id);
        return { policy, past };
      }),
  };
}

function insideOf(tenantId: TenantId): Scope {
  return { kind: 'tenant', tenantId, actor: 'visitor' };
}
