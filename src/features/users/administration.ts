import type { Audit, AuditEvent } from '#src/features/audit/index.ts';
import type { TenantStore } from '#src/features/tenancy/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Role } from '#src/kernel/roles.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { nextVersion } from '#src/kernel/version.ts';
import { leavesNobody, type ManagedRefusal, mayGive } from './ceiling.ts';
import { userChanged, userDeleted } from './events.ts';
import { createManage, type ManagedAct } from './managed.ts';
import { judgeName } from './policy.ts';
import type { DirectoryStore, UserChanges } from './store.ts';
import type { User } from './user.ts';

/** Whom an administrator changes, and the state they saw last (If-Match). */
export interface Target {
  readonly userId: UserId;
  readonly version?: string;
}

export type RoleRefusal = ManagedRefusal | 'last-administrator' | 'operator-only';
export type RemovalRefusal = ManagedRefusal | 'last-administrator';

/**
 * Administrators change people: of the scope's tenant only, of no higher role than their own, each change in
 * one unit with its entry (P49). Nobody takes away a tenant's last administrator, or the last super_admin
 * (R29): of any number who try at once, one who stays is left.
 */
export interface Administration {
  /** Throws `InvalidInput` for a name that cannot be. */
  update(
    scope: AdminScope,
    target: Target,
    changes: { readonly name?: string },
  ): Promise<Outcome<User, ManagedRefusal>>;
  /** `operator-only`: a super_admin belongs to the operator's own tenant (ADR 0002). */
  changeRole(scope: AdminScope, target: Target, role: Role): Promise<Outcome<User, RoleRefusal>>;
  /** Nobody signs in to it any more, and every session and refresh token of it ends with the commit. */
  disable(scope: AdminScope, target: Target): Promise<Outcome<User, RemovalRefusal>>;
  enable(scope: AdminScope, target: Target): Promise<Outcome<User, ManagedRefusal>>;
  /**
   * Ends every session, and removes the account and all that hangs on it; entries of the log keep its id.
   * Whoever gets an account of the same address is somebody else (security case 160).
   */
  delete(scope: AdminScope, target: Target): Promise<Outcome<undefined, RemovalRefusal>>;
}

export interface AdministrationDeps {
  readonly units: Units;
  readonly store: DirectoryStore;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly followers: UserFollowers;
}

/** What follows for somebody's sessions, in the unit of the change. */
export interface UserFollowers {
  /** Ends every session and refresh token of theirs. */
  endSessions(unit: Unit, userId: UserId, reason: string): Promise<void>;
}

export function createAdministration(deps: AdministrationDeps): Administration {
  const { store, audit, followers } = deps;
  const manage = createManage({ ...deps, find: store.take });
  const manageRank = createManage({ ...deps, find: createTakeLast(deps) });
  const { isLast, roleFault } = createRanks(deps);
  const change = createChange(deps);

  return {
    async update(scope, target, { name }) {
      const changes = name === undefined ? {} : { name: judgeName(name) };
      return manage(scope, actOf('user.updated', target), async (unit, user) =>
        done(await change(unit, user, 'user.updated', changes)),
      );
    },

    changeRole: (scope, target, role) =>
      manageRank(
        scope,
        { ...actOf('user.role-changed', target), asked: { role } },
        async (unit, user) => {
          const isTooHigh = !mayGive(scope, role);
          const fault = isTooHigh ? 'role-too-high' : await roleFault(unit, user, role);
          return fault
            ? refused(fault)
            : done(await change(unit, user, 'user.role-changed', { role }));
        },
      ),

    disable: (scope, target) =>
      manageRank(scope, actOf('user.disabled', target), async (unit, user) => {
        const status = 'disabled';
        if (await isLast(unit, user, { ...user, status })) return refused('last-administrator');
        await followers.endSessions(unit, user.id, 'user-disabled');
        return done(await change(unit, user, 'user.disabled', { status }));
      }),

    enable: (scope, target) =>
      manage(scope, actOf('user.enabled', target), async (unit, user) =>
        done(await change(unit, user, 'user.enabled', { status: 'active' })),
      ),

    delete: (scope, target) =>
      manageRank(scope, actOf('user.deleted', target), async (unit, user) => {
        if (await isLast(unit, user)) return refused('last-administrator');
        await followers.endSessions(unit, user.id, 'user-deleted');
        if (!(await store.remove(unit, user.id))) return refused('unknown');
        await audit.record(unit, userDeleted(user));
        return done(undefined);
      }),
  };
}

/** For what may take an administrator away: all of them are taken first, and in one order. */
function createTakeLast({ store }: AdministrationDeps) {
  return async (unit: Unit, id: UserId): Promise<User | undefined> => {
    const tenantId = tenantOf(unit.scope);
    if (tenantId !== undefined) await store.takeAdministrators(unit, tenantId);
    return store.take(unit, id);
  };
}

function createRanks({ store, tenants }: AdministrationDeps) {
  async function isLast(unit: Unit, before: User, after?: User): Promise<boolean> {
    const administrators = await store.takeAdministrators(unit, before.tenantId);
    const others = administrators.filter(({ id }) => id !== before.id);
    return leavesNobody(before, after, others);
  }

  async function roleFault(unit: Unit, user: User, role: Role) {
    const tenant = await tenants.find(unit, user.tenantId);
    if (role === 'super_admin' && !tenant?.operator) return 'operator-only';
    return (await isLast(unit, user, { ...user, role })) ? 'last-administrator' : undefined;
  }

  return { isLast, roleFault };
}

function createChange({ store, audit, clock }: AdministrationDeps) {
  return async (
    unit: Unit,
    user: User,
    ...[action, changes]: [AuditEvent['action'], UserChanges]
  ): Promise<User> => {
    const after = { ...user, ...changes, updatedAt: nextVersion(user.updatedAt, clock.now()) };
    await store.update(unit, user.id, changes, after.updatedAt);
    await audit.record(unit, userChanged(action, user, after));
    return after;
  };
}

function actOf(action: ManagedAct['action'], target: Target): ManagedAct {
  return { action, ...target };
}
