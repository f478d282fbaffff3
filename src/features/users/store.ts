import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { User } from './user.ts';

/** Which people, of one tenant or of all; what is not told does not matter. */
export interface UserFilter {
  readonly tenantId?: TenantId;
  /** How their address begins. */
  readonly email?: string;
  /** What their name contains, whichever case. */
  readonly name?: string;
  readonly role?: Role;
  readonly status?: User['status'];
  readonly verified?: boolean;
}

/** Some of a list, from behind whoever was last on the page before. */
export interface UserPage {
  readonly after?: { readonly createdAt: Date; readonly id: UserId };
  readonly limit: number;
}

/** What of an account administrators change. */
export type UserChanges = Partial<Pick<User, 'name' | 'role' | 'status'>>;

/** The part of it that administrators ask for. */
export interface DirectoryStore {
  /** The newest account first. */
  search(unit: Unit, filter: UserFilter, page: UserPage): Promise<readonly User[]>;
  /** Takes an account for changing: nobody else does until the unit ends. */
  take(unit: Unit, id: UserId): Promise<User | undefined>;
  /** Takes all active accounts of a tenant that stand at `tenant_admin` or higher: before any of them. */
  takeAdministrators(unit: Unit, tenantId: TenantId): Promise<readonly User[]>;
  update(unit: Unit, id: UserId, changes: UserChanges, at: Date): Promise<void>;
  /** Removes an account of the unit's tenant, and all that hangs on it. */
  remove(unit: Unit, id: UserId): Promise<boolean>;
}

/** What storage owes the users' room. */
export interface UserStore extends DirectoryStore {
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
