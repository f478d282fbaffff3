import type { Audit } from '#src/features/audit/index.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { userRead, userSearched } from './events.ts';
import type { DirectoryStore, UserFilter, UserPage, UserStore } from './store.ts';
import type { User } from './user.ts';

/** Administrators look at people; each look leaves an entry (P48). */
export interface Directory {
  /** Those of the scope's tenant, or of all for the operator, who match: the newest account first. */
  search(
    scope: AdminScope,
    filter: Omit<UserFilter, 'tenantId'>,
    page: UserPage,
  ): Promise<{ readonly items: readonly User[]; readonly isLast: boolean }>;
  find(scope: AdminScope, id: UserId): Promise<Outcome<User, 'unknown'>>;
}

export interface DirectoryDeps {
  readonly units: Units;
  readonly store: Pick<UserStore, 'find'> & Pick<DirectoryStore, 'search'>;
  readonly audit: Pick<Audit, 'record'>;
}

export function createDirectory({ units, store, audit }: DirectoryDeps): Directory {
  return {
    search: (scope, asked, page) =>
      units.run(scope, async (unit) => {
        const tenantId = tenantOf(scope);
        const filter = { ...asked, ...(tenantId !== undefined && { tenantId }) };
        const found = await store.search(unit, filter, { ...page, limit: page.limit + 1 });
        const items = found.slice(0, page.limit);
        await audit.record(
          unit,
          userSearched(
            asked,
            items.map(({ id }) => id),
          ),
        );
        return { items, isLast: found.length === items.length };
      }),

    find: (scope, id) =>
      units.run(scope, async (unit) => {
        const user = await store.find(unit, id);
        const found = user?.tenantId === tenantOf(scope) ? user : undefined;
        await audit.record(unit, userRead(id, found !== undefined));
        return found ? done(found) : refused('unknown');
      }),
  };
}
