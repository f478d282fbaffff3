import { API_RESOURCE } from '#src/features/access/index.ts';
import type { Audit } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type Ids, isUuid, type TenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { nextVersion, versionOf } from '#src/kernel/version.ts';
import {
  BUILT_IN,
  judgeResource,
  type Position,
  positionOf,
  type ResourceDraft,
  withBuiltIn,
} from './policy.ts';
import type { Resource } from './resource.ts';
import type { ResourceStore } from './store.ts';

/** `shared`: it belongs to all tenants, or to the server, and this one may only look. */
export type ResourceRefusal = 'unknown' | 'shared' | 'changed';

/** What may be changed of one; its identifier stays. */
export type ResourceChanges = Partial<Omit<ResourceDraft, 'identifier'>>;

export interface Resources {
  /**
   * What the registered among these identifiers offer a client of this tenant, the built-in one included. An
   * identifier that is not in it is registered nowhere: its scopes are the client's own words (ADR 0047).
   */
  offered(
    unit: Unit,
    tenantId: TenantId | undefined,
    identifiers: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>>;

  list(
    scope: AdminScope,
    page: { readonly after?: Position; readonly limit: number },
  ): Promise<{ readonly items: readonly Resource[]; readonly next?: Position }>;
  find(scope: AdminScope, id: string): Promise<Resource | undefined>;
  /** Registers an API of the scope's tenant; in an operator's, one that all share. Throws `InvalidInput` by field. */
  create(scope: AdminScope, draft: ResourceDraft): Promise<Outcome<Resource, 'identifier-taken'>>;
  /** Sets what is given; throws `InvalidInput` by field. Tokens follow within seconds. */
  update(
    scope: AdminScope,
    id: string,
    wanted: { readonly changes: ResourceChanges; readonly version?: string },
  ): Promise<Outcome<Resource, ResourceRefusal>>;
  /** Forgets it: clients that name it go on naming it, as one that is registered nowhere. */
  remove(
    scope: AdminScope,
    id: string,
    version?: string,
  ): Promise<Outcome<undefined, ResourceRefusal>>;
}

export interface ResourcesDeps {
  readonly units: Units;
  readonly store: ResourceStore;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly ids: Ids;
}

export function createResources(deps: ResourcesDeps): Resources {
  return { ...createReading(deps), ...createMaking(deps), ...createChanging(deps) };
}

function createReading({
  units,
  store,
}: ResourcesDeps): Pick<Resources, 'offered' | 'list' | 'find'> {
  return {
    async offered(unit, tenant, identifiers) {
      const found = await store.named(unit, tenant, identifiers);
      const offers = new Map<string, readonly string[]>();
      const own = identifiers.includes(API_RESOURCE) ? [BUILT_IN] : [];
      for (const { identifier, scopes } of [...own, ...found]) {
        if (!offers.has(identifier)) {
          offers.set(
            identifier,
            scopes.map(({ name }) => name),
          );
        }
      }
      return offers;
    },

    async list(scope, { after, limit }) {
      const page = { ...(after && { after }), limit: limit + 1 };
      const found = await units.once(scope, (unit) => store.list(unit, page));
      const all = withBuiltIn(found, after);
      const items = all.slice(0, limit);
      const last = items.at(-1);
      return { items, ...(all.length > limit && last && { next: positionOf(last) }) };
    },

    async find(scope, id) {
      if (id === API_RESOURCE) return BUILT_IN;
      return isUuid(id) ? units.once(scope, (unit) => store.find(unit, id)) : undefined;
    },
  };
}

function createMaking({
  units,
  store,
  audit,
  clock,
  ids,
}: ResourcesDeps): Pick<Resources, 'create'> {
  return {
    async create(scope, draft) {
      const judged = judgeResource(draft);
      const now = clock.now();
      const tenant = tenantOf(scope);
      const resource: Resource = {
        ...{ id: ids.uuid(), ...judged, createdAt: now, updatedAt: now },
        ...(tenant !== undefined && { tenantId: tenant }),
      };
      return units.run(scope, async (unit) => {
        const made = await store.insert(unit, resource);
        await audit.record(unit, {
          action: 'resource.created',
          outcome: made ? 'success' : 'identifier-taken',
          ...(made && { resource: { type: 'resource', id: resource.id } }),
          details: { after: judged },
        });
        return made ? done(resource) : refused('identifier-taken');
      });
    },
  };
}

function createChanging(deps: ResourcesDeps): Pick<Resources, 'update' | 'remove'> {
  const { store, clock } = deps;
  const change = createChange(deps);
  return {
    update: (scope, id, { changes, version }) =>
      change({ scope, id, version, action: 'resource.updated' }, async (unit, before) => {
        const judged = judgeResource({ ...before, ...changes });
        const updatedAt = nextVersion(before.updatedAt, clock.now());
        const after: Resource = { ...before, ...judged, updatedAt };
        await store.update(unit, after);
        return { value: after, details: changesOf(before, after) };
      }),

    remove: (scope, id, version) =>
      change({ scope, id, version, action: 'resource.deleted' }, async (unit, before) => {
        await store.remove(unit, id);
        const { identifier, name, scopes } = before;
        return { value: undefined, details: { before: { identifier, name, scopes } } };
      }),
  };
}

/** Takes one for changing; who may not is told why, and that stands in the log. */
function createChange({ units, store, audit }: ResourcesDeps) {
  const fits = (version: string | undefined, resource: Resource) =>
    version === undefined || version === versionOf(resource);

  async function refusalOf(
    unit: Unit,
    taken: Resource | undefined,
    { id, version }: Change,
  ): Promise<ResourceRefusal | undefined> {
    if (taken) return fits(version, taken) ? undefined : 'changed';
    if (id === API_RESOURCE) return 'shared';
    return isUuid(id) && (await store.find(unit, id)) ? 'shared' : 'unknown';
  }

  return async <Value>(
    wanted: Change,
    act: (unit: Unit, before: Resource) => Promise<Changed<Value>>,
  ): Promise<Outcome<Value, ResourceRefusal>> => {
    const { scope, id, action } = wanted;
    return units.run(scope, async (unit) => {
      const taken = isUuid(id) ? await store.take(unit, id) : undefined;
      const resource = { type: 'resource', id };
      const reason = await refusalOf(unit, taken, wanted);
      if (!taken || reason) {
        await audit.record(unit, { action, outcome: reason ?? 'unknown', resource });
        return refused(reason ?? 'unknown');
      }
      const { value, details } = await act(unit, taken);
      const tenant = taken.tenantId !== undefined && { tenantId: taken.tenantId };
      await audit.record(unit, { action, outcome: 'success', ...tenant, resource, details });
      return done(value);
    });
  };
}

interface Change {
  readonly scope: AdminScope;
  readonly id: string;
  readonly version: string | undefined;
  readonly action: 'resource.updated' | 'resource.deleted';
}

interface Changed<Value> {
  readonly value: Value;
  readonly details: { readonly [name: string]: unknown };
}

/** What changed, before and after (R9.4). */
function changesOf(before: Resource, after: Resource) {
  const changed = (['name', 'scopes'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  const only = (resource: Resource) =>
    Object.fromEntries(changed.map((field) => [field, resource[field]]));
  return { before: only(before), after: only(after) };
}
