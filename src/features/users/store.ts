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
  /** Moves `sessionsValidFrom` to `at`, never back; answers with the user's tenant, `undefined` when there is no such user. */
  moveEpoch(unit: Unit, id: UserId, at: Date): Promise<TenantId | undefined>;
}
