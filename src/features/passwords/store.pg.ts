import { eq } from 'drizzle-orm';
import { passwords } from '#src/infra/postgres/schema/passwords.ts';
import { rows } from '#src/infra/postgres/units.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { PasswordStore } from './store.ts';

export function createPasswordStore(): PasswordStore {
  return {
    async find(unit, userId) {
      const [row] = await rows(unit)
        .select({ hash: passwords.hash, changedAt: passwords.changedAt })
        .from(passwords)
        .where(eq(passwords.userId, userId));
      return row;
    },

    async put(unit, userId, hash, changedAt) {
      await rows(unit)
        .insert(passwords)
        .values({ userId, tenantId: tenantOf(unit), hash, changedAt })
        .onConflictDoUpdate({ target: passwords.userId, set: { hash, changedAt } });
    },
  };
}

/** A password is written in a unit of its owner's tenant, so that the database holds it to that. */
function tenantOf({ scope }: Unit): TenantId {
  if (scope.kind === 'tenant') return scope.tenantId;
  throw new TypeError('A password belongs to a tenant, and this unit to none');
}
