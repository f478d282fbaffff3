import type { Action, Audit } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type Ids, type TenantId, tenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { AdminScope, Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { nextVersion, versionOf } from '#src/kernel/version.ts';
import { type ActRefusal, after, type TenantAct } from './lifecycle.ts';
import { judgeSettings, judgeTenant, PRESETS, type TenantDraft } from './policy.ts';
import type { TenantPage, TenantStore } from './store.ts';
import { settingsOf, type Tenant, type TenantSettings } from './tenant.ts';

/** Who manages tenants: somebody whose token has shown it, or the command line and the timetable. */
export type DeskScope = AdminScope | ServerScope;
type ServerScope = Extract<Scope, { readonly kind: 'system' }>;

/** `changed`: it is no longer as the caller saw it. */
type Missed = 'unknown' | 'changed';

type Acting = (
  scope: DeskScope,
  id: TenantId,
  version?: string,
) => Promise<Outcome<Tenant, Missed | ActRefusal>>;

/**
 * The management of tenants, each act one unit with its entry. Inside a tenant it reaches that one alone: any other
 * answers as a missing one.
 */
export interface TenantDesk {
  /** Those in reach by slug, and the slug that the next page comes behind. */
  list(scope: DeskScope, page: TenantPage): Promise<{ items: readonly Tenant[]; next?: string }>;
  find(scope: DeskScope, id: TenantId): Promise<Tenant | undefined>;
  /** Makes a tenant; throws `InvalidInput` for a slug or name that cannot be. */
  create(
    scope: Exclude<DeskScope, { readonly kind: 'administrator' }>,
    draft: TenantDraft,
  ): Promise<Outcome<Tenant, 'slug-taken' | 'operator-there'>>;
  /**
   * Sets what is given and leaves the rest; throws `InvalidInput` for what cannot be. A changed age of passwords
   * holds for those there are, too.
   */
  update(
    scope: DeskScope,
    id: TenantId,
    changes: Partial<TenantSettings>,
    version?: string,
  ): Promise<Outcome<Tenant, Missed>>;
  /** From now on nobody signs in there. Whoever is in a session is out of it, and applications hear of it. */
  readonly suspend: Acting;
  readonly resume: Acting;
  /** Shuts it like a suspension, and for good when its grace is over (ADR 0045). */
  readonly delete: Acting;
  readonly restore: Acting;
}

/** What follows from a change, in its unit. */
export interface Followers {
  /** From now on passwords of this tenant hold so many days. */
  passwordDays(unit: Unit, tenantId: TenantId, days: number | null): Promise<void>;
  /** The tenant is shut: its people are in no session any more. */
  shut(unit: Unit, tenantId: TenantId): Promise<void>;
}

export interface DeskDeps {
  readonly units: Units;
  readonly store: TenantStore;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly followers: Followers;
}

export function createTenantDesk(deps: DeskDeps): TenantDesk {
  const { units, store, audit, clock } = deps;
  return {
    list: (scope, page) =>
      units.run(scope, async (unit) => {
        const found = await store.list(unit, { ...page, limit: page.limit + 1 });
        const items = found.slice(0, page.limit);
        const { status, after: behind } = page;
        const details = { count: items.length, status, after: behind };
        await audit.record(unit, { action: 'tenant.read', outcome: 'success', details });
        const next = found.length > items.length ? items.at(-1)?.slug : undefined;
        return { items, ...(next !== undefined && { next }) };
      }),

    find: (scope, id) =>
      units.run(scope, async (unit) => {
        const tenant = await store.find(unit, id);
        await audit.record(unit, entryOf('tenant.read', id, tenant ? 'success' : 'unknown'));
        return tenant;
      }),

    create: (scope, draft) => units.run(scope, (unit) => create(deps, unit, draft)),

    update: (scope, id, changes, version) =>
      units.run(scope, async (unit) => {
        const before = seen(await store.take(unit, id), version);
        if (!before.ok) {
          await audit.record(unit, entryOf('tenant.updated', id, before.reason));
          return before;
        }
        return done(await update(deps, unit, before.value, changes));
      }),

    suspend: acting('suspend'),
    resume: acting('resume'),
    delete: acting('delete'),
    restore: acting('restore'),
  };

  function acting(act: TenantAct): Acting {
    return (scope, id, version) =>
      units.run(scope, async (unit) => {
        const before = seen(await store.take(unit, id), version);
        const ending = before.ok ? await stand(unit, before.value, act) : before;
        const outcome = ending.ok ? 'success' : ending.reason;
        await audit.record(unit, {
          ...entryOf(DONE[act], id, outcome),
          ...(before.ok && { details: aboutAct(before.value, ending) }),
        });
        return ending;
      });
  }

  async function stand(unit: Unit, before: Tenant, act: TenantAct) {
    const now = clock.now();
    const standing = after(before, act, now);
    if (!standing.ok) return standing;
    const next = { ...before, ...standing.value, updatedAt: nextVersion(before.updatedAt, now) };
    await store.stand(unit, before.id, standing.value, next.updatedAt);
    if (before.status === 'active') await deps.followers.shut(unit, before.id);
    return done(next);
  }
}

const DONE = {
  suspend: 'tenant.suspended',
  resume: 'tenant.resumed',
  delete: 'tenant.deletion-asked',
  restore: 'tenant.restored',
} as const satisfies Readonly<Record<TenantAct, Action>>;

function seen(tenant: Tenant | undefined, version: string | undefined): Outcome<Tenant, Missed> {
  if (!tenant) return refused('unknown');
  return version === undefined || version === versionOf(tenant) ? done(tenant) : refused('changed');
}

/** An entry of the tenant's own log, where it is asked for from beyond it. */
function entryOf(action: Action, id: TenantId, outcome: string) {
  const known = outcome !== 'unknown' && { tenantId: id };
  return { action, outcome, ...known, resource: { type: 'tenant', id } };
}

function aboutAct({ slug, status }: Tenant, ending: Outcome<Tenant, string>) {
  if (!ending.ok) return { slug, status };
  const { status: is, deletesAt } = ending.value;
  return { slug, before: { status }, after: { status: is, ...(deletesAt && { deletesAt }) } };
}

async function create(
  { store, audit, clock, ids }: DeskDeps,
  unit: Unit,
  draft: TenantDraft,
): Promise<Outcome<Tenant, 'slug-taken' | 'operator-there'>> {
  const { slug, name, operator } = judgeTenant(draft);
  const now = clock.now();
  const tenant: Tenant = {
    ...{ id: tenantId(ids.uuid()), slug, name, operator, ...PRESETS },
    ...{ status: 'active', suspendedAt: null, deletesAt: null },
    ...{ createdAt: now, updatedAt: now },
  };
  const made = await store.insert(unit, tenant);
  const isSecond = !made && operator && (await store.findOperator(unit)) !== undefined;
  const ending = made ? done(tenant) : refused(isSecond ? 'operator-there' : 'slug-taken');
  await audit.record(unit, {
    action: 'tenant.created',
    outcome: ending.ok ? 'success' : ending.reason,
    ...(made && { tenantId: tenant.id, resource: { type: 'tenant', id: tenant.id } }),
    details: { slug, name, ...(operator && { operator }) },
  });
  return ending;
}

async function update(
  { store, audit, clock, followers }: DeskDeps,
  unit: Unit,
  before: Tenant,
  changes: Partial<TenantSettings>,
): Promise<Tenant> {
  const settings = judgeSettings({ ...settingsOf(before), ...changes });
  const next = { ...before, ...settings, updatedAt: nextVersion(before.updatedAt, clock.now()) };
  await store.update(unit, before.id, settings, next.updatedAt);
  if (before.passwordDays !== next.passwordDays)
    await followers.passwordDays(unit, before.id, next.passwordDays);
  await audit.record(unit, {
    ...entryOf('tenant.updated', before.id, 'success'),
    details: changed(settingsOf(before), settings),
  });
  return next;
}

/** What differs, before and after (R9.4). */
function changed(was: TenantSettings, is: TenantSettings) {
  const names = Object.keys(is) as (keyof TenantSettings)[];
  const differing = names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  const only = (settings: TenantSettings) =>
    Object.fromEntries(differing.map((name) => [name, settings[name]]));
  return { before: only(was), after: only(is) };
}
