import type { Audit } from '#src/features/audit/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { reaches } from '#src/kernel/roles.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { type Grant, type GrantKey, readGrantName } from './grant.ts';
import type { GrantFilter, GrantStore } from './store.ts';

/** `unknown` stands for those of another tenant, too; `role-too-high`: theirs is above the administrator's. */
export type GrantRefusal = 'unknown' | 'role-too-high';

export interface Grants {
  /** What people of the scope's tenant allowed applications; that it was looked at stands in the log (P48). */
  list(
    scope: AdminScope,
    wanted: GrantFilter & { readonly after?: GrantKey; readonly limit: number },
  ): Promise<{ readonly items: readonly Grant[]; readonly next?: GrantKey }>;
  /**
   * Takes back what somebody allowed an application: its next refresh fails, and the person is asked again. A
   * token that an API verifies by itself holds until it expires, ten minutes at most.
   */
  revoke(scope: AdminScope, name: string): Promise<Outcome<undefined, GrantRefusal>>;
}

export interface GrantsDeps {
  readonly units: Units;
  readonly store: GrantStore;
  readonly users: Pick<UserStore, 'find'>;
  readonly audit: Audit;
  readonly clock: Clock;
}

export function createGrants({ units, store, users, audit, clock }: GrantsDeps): Grants {
  async function refusalOf(
    unit: Unit,
    scope: AdminScope,
    key: GrantKey | undefined,
  ): Promise<GrantRefusal | undefined> {
    const user = key && (await users.find(unit, key.userId));
    if (!user) return 'unknown';
    return reaches(scope.by.role, user.role) ? undefined : 'role-too-high';
  }

  return {
    list: (scope, { limit, ...wanted }) =>
      units.run(scope, async (unit) => {
        const page = { ...wanted, limit: limit + 1, now: clock.now() };
        const found = await store.list(unit, page);
        const items = found.slice(0, limit);
        const { after: _, ...filter } = wanted;
        const details = { ...filter, count: items.length };
        await audit.record(unit, { action: 'grant.read', outcome: 'success', details });
        const next = found.length > limit ? items.at(-1) : undefined;
        return { items, ...(next && { next }) };
      }),

    revoke: (scope, name) =>
      units.run(scope, async (unit) => {
        const key = readGrantName(name);
        const reason = await refusalOf(unit, scope, key);
        const ended = key && !reason ? await store.revoke(unit, key, clock.now()) : undefined;
        const outcome = reason ?? (ended ? 'success' : 'unknown');
        await audit.record(unit, {
          action: 'grant.revoked',
          outcome,
          ...(ended && { tenantId: ended.tenantId }),
          ...(key && { resource: { type: 'client', id: key.clientId } }),
          details: { user: key?.userId, ...(ended && { before: allowedBy(ended) }) },
        });
        return outcome === 'success' ? done(undefined) : refused(outcome);
      }),
  };
}

function allowedBy({ scopes, claims, resources }: Grant) {
  return { scopes, claims, resources };
}
