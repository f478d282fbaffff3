import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { User } from './user.ts';

/** What storage owes the users' room. */
export interface UserStore {
  /** The one look-up before a tenant is known: whose address this is. Returns only what finds the tenant. */
  locate(unit: Unit, email: string): Promise<{ id: UserId; tenantId: TenantId } | undefined>;
  find(unit: Unit, id: UserId): Promise<User | undefined>;
  /** `false` when the address is taken, in whichever tenant. */
  insert(unit: Unit, user: User): Promise<boolean>;
  /** Says that the address is theirs; `false`, and nothing said, when it is no longer that account's address. */
  verify(unit: Unit, id: UserId, email: string, at: Date): Promise<boolean>;
  /** Puts one address in place of another and says that it is theirs; `stale` when theirs is no longer `from`. */
  changeEmail(
    unit: Unit,
    id: UserId,
    change: { readonly from: string; readonly to: string; readonly at: Date },
  ): Promise<'changed' | 'taken' | 'stale'>;
  /** Removes an account, whichever tenant's, that somebody registered and nobody proved; `false` for any other. */
  discardUnproven(unit: Unit, id: UserId): Promise<boolean>;
  /** Moves `sessionsValidFrom` to `at`, never back; answers with the user's tenant, `undefined` when there is no such user. */
  moveEpoch(unit: Unit, id: UserId, at: Date): Promise<TenantId | undefined>;
  /** Everybody of a tenant. */
  idsOf(unit: Unit, tenantId: TenantId): Promise<readonly UserId[]>;
}
