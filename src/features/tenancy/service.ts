import type { Audit, AuditEvent } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type Ids, type TenantId, tenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { isSlug, judgeSettings, judgeTenant, type TenantDraft } from './policy.ts';
import type { TenantStore } from './store.ts';
import { SESSION_SIGNALS, settingsOf, type Tenant, type TenantSettings } from './tenant.ts';

export interface Tenancy {
  /** Makes a tenant; throws `InvalidInput` for a slug or name that cannot be. */
  create(draft: TenantDraft): Promise<Outcome<Tenant, 'slug-taken'>>;
  locate(slug: string): Promise<Tenant | undefined>;
  /** The tenant of those whom nothing sent elsewhere, if there is one. */
  locateDefault(): Promise<Tenant | undefined>;
  /**
   * Sets what is given and leaves the rest; throws `InvalidInput` for what cannot be. A changed age of
   * passwords holds for those there are, too.
   */
  update(slug: string, changes: Partial<TenantSettings>): Promise<Outcome<Tenant, 'unknown'>>;
}

/** What follows from a change of settings, in its unit. */
export interface Followers {
  /** From now on passwords of this tenant hold so many days. */
  passwordDays(unit: Unit, tenantId: TenantId, days: number | null): Promise<void>;
}

export interface TenancyDeps {
  readonly units: Units;
  readonly store: TenantStore;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly followers: Followers;
}

const SCOPE = { kind: 'system', job: 'tenancy' } as const satisfies Scope;

export function createTenancy(deps: TenancyDeps): Tenancy {
  const { units, store, audit, clock, ids } = deps;
  return {
    async create(draft) {
      const { slug, name } = judgeTenant(draft);
      const now = clock.now();
      const tenant: Tenant = {
        id: tenantId(ids.uuid()),
        slug,
        name,
        status: 'active',
        operator: false,
        ...PRESETS,
        createdAt: now,
        updatedAt: now,
      };
      return units.run(SCOPE, async (unit) => {
        const made = await store.insert(unit, tenant);
        await audit.record(unit, {
          action: 'tenant.created',
          outcome: made ? 'success' : 'slug-taken',
          actor: { kind: 'system', id: SCOPE.job },
          ...(made && { tenantId: tenant.id, resource: { type: 'tenant', id: tenant.id } }),
          details: { slug, name },
        });
        return made ? done(tenant) : refused('slug-taken');
      });
    },

    locate,

    locateDefault: () => units.once(SCOPE, (unit) => store.findDefault(unit)),

    async update(slug, changes) {
      const located = await locate(slug);
      if (!located) return refused('unknown');
      return units.run(SCOPE, async (unit) => {
        const before = (await store.take(unit, located.id)) ?? located;
        const settings = judgeSettings({ ...settingsOf(before), ...changes });
        const after = { ...before, ...settings, updatedAt: clock.now() };
        await store.update(unit, before.id, settings, after.updatedAt);
        if (before.passwordDays !== after.passwordDays)
          await deps.followers.passwordDays(unit, before.id, after.passwordDays);
        await audit.record(unit, tenantUpdated(before, after));
        return done(after);
      });
    },
  };

  async function locate(slug: string): Promise<Tenant | undefined> {
    return isSlug(slug) ? units.once(SCOPE, (unit) => store.findBySlug(unit, slug)) : undefined;
  }
}

/** What a new tenant starts with. */
const PRESETS = {
  isDefault: false,
  registration: 'off',
  registrationDomains: [],
  passwordRules: 'composition',
  passwordDays: 90,
  sessionLimit: null,
  sessionWatch: SESSION_SIGNALS,
} as const satisfies Omit<TenantSettings, 'name'>;

/** Names what changed, before and after (R9.4). */
function tenantUpdated(before: Tenant, after: Tenant): AuditEvent {
  const [was, is] = [settingsOf(before), settingsOf(after)];
  const names = Object.keys(is) as (keyof TenantSettings)[];
  const changed = names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  const only = (settings: TenantSettings) =>
    Object.fromEntries(changed.map((name) => [name, settings[name]]));
  return {
    action: 'tenant.updated',
    outcome: 'success',
    actor: { kind: 'system', id: SCOPE.job },
    tenantId: after.id,
    resource: { type: 'tenant', id: after.id },
    details: { before: only(was), after: only(is) },
  };
}
