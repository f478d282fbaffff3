import type { Audit } from '#src/features/audit/index.ts';
import {
  createManage,
  type ManagedRefusal,
  type User,
  type UserStore,
} from '#src/features/users/index.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import type { PasswordStore } from './store.ts';

export interface Forcing {
  /**
   * Makes somebody of the scope's tenant choose a new password at their next sign-in, whenever the old one
   * would have expired; `no-password` where there is none. Sessions go on: to end them is an act of its own.
   */
  force(
    scope: AdminScope,
    userId: UserId,
  ): Promise<Outcome<undefined, ManagedRefusal | 'no-password'>>;
}

export interface ForcingDeps {
  readonly units: Units;
  readonly store: Pick<PasswordStore, 'find' | 'expire'>;
  readonly users: Pick<UserStore, 'take'>;
  readonly audit: Pick<Audit, 'record'>;
}

const ACTION = 'user.password-expired';

export function createForcing({ units, store, users, audit }: ForcingDeps): Forcing {
  const manage = createManage({ units, audit, find: users.take });

  async function expire(unit: Unit, { id }: User): Promise<Outcome<undefined, 'no-password'>> {
    const before = await store.find(unit, id);
    if (!before || !(await store.expire(unit, id))) return refused('no-password');
    await audit.record(unit, {
      action: ACTION,
      outcome: 'success',
      resource: { type: 'user', id },
      details: {
        before: { expiresAt: before.expiresAt },
        after: { expiresAt: before.changedAt },
      },
    });
    return done(undefined);
  }

  return { force: (scope, userId) => manage(scope, { action: ACTION, userId }, expire) };
}
