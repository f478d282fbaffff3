import { type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { DeskDeps, TenantDesk } from './desk.ts';
import { isSlug, type TenantDraft } from './policy.ts';
import type { Tenant, TenantSettings } from './tenant.ts';

/** Tenants by the name that people and commands call them, for the server itself. */
export interface Tenancy {
  /** Makes a tenant; throws `InvalidInput` for a slug or name that cannot be. */
  create(draft: TenantDraft): Promise<Outcome<Tenant, 'slug-taken' | 'operator-there'>>;
  locate(slug: string): Promise<Tenant | undefined>;
  /** The tenant of those whom nothing sent elsewhere, if there is one. */
  locateDefault(): Promise<Tenant | undefined>;
  /** Sets what is given and leaves the rest; throws `InvalidInput` for what cannot be. */
  update(slug: string, changes: Partial<TenantSettings>): Promise<Outcome<Tenant, 'unknown'>>;
  /** Removes for good what is to be, and no audit entry; called by the timetable. */
  removeDue(): Promise<void>;
}

export interface TenancyDeps extends Pick<DeskDeps, 'units' | 'store' | 'audit' | 'clock'> {
  readonly desk: TenantDesk;
}

/** The server itself, on whose behalf commands and the timetable manage tenants. */
export const SERVER = { kind: 'system', job: 'tenancy' } as const satisfies Scope;

/** Rows of a table in a transaction, and tenants in a round. */
const BATCH = 1000;
const ROUND = 10;

export function createTenancy(deps: TenancyDeps): Tenancy {
  const { units, store, audit, clock, desk } = deps;
  return {
    create: (draft) => desk.create(SERVER, draft),

    locate,

    locateDefault: () => units.once(SERVER, (unit) => store.findDefault(unit)),

    async update(slug, changes) {
      const located = await locate(slug);
      const updated = located && (await desk.update(SERVER, located.id, changes));
      return updated?.ok ? updated : refused('unknown');
    },

    async removeDue() {
      const due = await units.once(SERVER, (unit) => store.listDue(unit, clock.now(), ROUND));
      for (const tenant of due) while ((await remove(tenant)) === 'more');
    },
  };

  async function locate(slug: string): Promise<Tenant | undefined> {
    return isSlug(slug) ? units.once(SERVER, (unit) => store.findBySlug(unit, slug)) : undefined;
  }

  /** Batch by batch, so that no transaction is as long as a tenant is large. */
  function remove({ id, slug, name }: Tenant) {
    return units.run(SERVER, async (unit) => {
      const removed = await store.remove(unit, id, clock.now(), BATCH);
      if (removed === 'gone') {
        await audit.record(unit, {
          ...{ action: 'tenant.deleted', outcome: 'success', tenantId: id },
          resource: { type: 'tenant', id },
          details: { slug, name },
        });
      }
      return removed;
    });
  }
}
