import type { Clock } from '#src/kernel/clock.ts';
import { type ClientId, clientId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { nextVersion } from '#src/kernel/version.ts';
import {
  type Changed,
  type ChangingDeps,
  type ClientRefusal,
  createCeiling,
  createChange,
  type ManagingScope,
} from './changing.ts';
import { type Client, isClientId } from './client.ts';
import { type ClientChanges, type ClientDraft, changedDraft, judgeClient } from './policy.ts';
import { type Created, holdsSecrets, loggedOf, type Registering } from './registering.ts';
import type { ClientFilter, ClientPosition } from './store.ts';

/** What those who manage do about clients; each act is one unit, and stands in the log with what it was refused for. */
export interface ClientAdministration {
  /** Those of the scope's tenant, the newest first; in an operator's, all there are. */
  list(
    scope: AdminScope,
    wanted: ClientFilter & { readonly after?: ClientPosition; readonly limit: number },
  ): Promise<{ readonly items: readonly Client[]; readonly next?: ClientPosition }>;
  /** One of the scope's tenant, or one that all share. */
  find(scope: AdminScope, id: string): Promise<Client | undefined>;
  /** Registers one of the scope's tenant; in an operator's, one that all share. Throws `InvalidInput` by field. */
  create(
    scope: AdminScope,
    draft: Omit<ClientDraft, 'tenantId'>,
  ): Promise<Outcome<Created, 'permission-too-high'>>;
  /**
   * Sets what is given and judges the whole as one that is new; throws `InvalidInput` by field. Keys take the
   * place of secrets: those end.
   */
  update(
    scope: AdminScope,
    id: string,
    wanted: { readonly changes: ClientChanges; readonly version?: string },
  ): Promise<Outcome<Client, ClientRefusal>>;
  /** A disabled one is to the provider as one that is not there, until it is enabled. */
  setStatus(
    scope: ManagingScope,
    id: string,
    wanted: { readonly status: Client['status']; readonly version?: string },
  ): Promise<Outcome<Client, ClientRefusal>>;
  /** Removes it, and with it its secrets and whatever people allowed it. */
  remove(
    scope: ManagingScope,
    id: string,
    version?: string,
  ): Promise<Outcome<undefined, ClientRefusal>>;
}

/** What follows from a client's removal, in its unit. */
export interface ClientFollowers {
  /** Ends what people allowed it: consents, grants, refresh tokens. */
  removed(unit: Unit, id: ClientId): Promise<void>;
}

export interface ClientAdministrationDeps extends ChangingDeps {
  readonly registering: Registering;
  readonly followers: ClientFollowers;
  readonly clock: Clock;
}

export function createClientAdministration(deps: ClientAdministrationDeps): ClientAdministration {
  return {
    ...createReading(deps),
    ...createMaking(deps),
    ...createUpdate(deps),
    ...createEnding(deps),
  };
}

function createReading({
  units,
  store,
}: ClientAdministrationDeps): Pick<ClientAdministration, 'list' | 'find'> {
  return {
    async list(scope, { limit, ...wanted }) {
      const found = await units.once(scope, (unit) =>
        store.page(unit, { ...wanted, limit: limit + 1 }),
      );
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const next = found.length > limit && last && { createdAt: last.createdAt, id: last.id };
      return { items, ...(next && { next }) };
    },

    async find(scope, id) {
      if (!isClientId(id)) return undefined;
      return units.run(scope, (unit) => store.find(unit, clientId(id)));
    },
  };
}

function createMaking(deps: ClientAdministrationDeps): Pick<ClientAdministration, 'create'> {
  const { units, store, audit, registering } = deps;
  const ceiling = createCeiling(store);
  return {
    async create(scope, draft) {
      const tenantId = tenantOf(scope);
      const judged = judgeClient({ ...draft, ...(tenantId !== undefined && { tenantId }) });
      return units.run(scope, async (unit) => {
        await registering.judgeOffers(unit, judged);
        const permission = await ceiling(unit, judged);
        if (permission) {
          const details = { permission };
          const outcome = 'permission-too-high';
          await audit.record(unit, { action: 'client.created', outcome, details });
          return refused('permission-too-high');
        }
        const created = await registering.register(unit, judged);
        await audit.record(unit, {
          action: 'client.created',
          outcome: 'success',
          resource: { type: 'client', id: created.client.id },
          details: { after: loggedOf(judged) },
        });
        return done(created);
      });
    },
  };
}

function createUpdate(deps: ClientAdministrationDeps): Pick<ClientAdministration, 'update'> {
  const { store, clock, registering } = deps;
  const change = createChange(deps);
  const ceiling = createCeiling(store);

  async function updated(
    unit: Unit,
    before: Client,
    changes: ClientChanges,
  ): Promise<Changed<Client, 'permission-too-high'>> {
    const judged = judgeClient(changedDraft(before, changes));
    if (changes.scopes || changes.resources) await registering.judgeOffers(unit, judged);
    const permission = await ceiling(unit, judged);
    if (permission) return { ...refused('permission-too-high'), details: { permission } };

    const { id, status, createdAt } = before;
    const updatedAt = nextVersion(before.updatedAt, clock.now());
    const after: Client = { ...judged, id, status, createdAt, updatedAt };
    await store.update(unit, after);
    if (holdsSecrets(before) && !holdsSecrets(after)) {
      const ended = await store.secrets(unit, id);
      await store.removeSecrets(
        unit,
        ended.map((secret) => secret.id),
      );
    }
    return { ...done(after), details: changesOf(before, after) };
  }

  return {
    update: (scope, id, { changes, version }) =>
      change({ scope, id, version, action: 'client.updated' }, (unit, before) =>
        updated(unit, before, changes),
      ),
  };
}

function createEnding(
  deps: ClientAdministrationDeps,
): Pick<ClientAdministration, 'setStatus' | 'remove'> {
  const { store, clock, followers } = deps;
  const change = createChange(deps);
  return {
    setStatus(scope, id, { status, version }) {
      const action = status === 'active' ? 'client.enabled' : 'client.disabled';
      return change({ scope, id, version, action }, async (unit, before) => {
        const updatedAt = nextVersion(before.updatedAt, clock.now());
        const after: Client = { ...before, status, updatedAt };
        await store.update(unit, after);
        return { ...done(after), details: changesOf(before, after) };
      });
    },

    remove: (scope, id, version) =>
      change({ scope, id, version, action: 'client.deleted' }, async (unit, before) => {
        await followers.removed(unit, before.id);
        await store.remove(unit, before.id);
        const { id: _, tenantId: __, createdAt: ___, updatedAt: ____, ...kept } = before;
        return { ...done(undefined), details: { before: loggedOf(kept) } };
      }),
  };
}

/** What changed, before and after (R9.4). */
function changesOf(before: Client, after: Client) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof Client)[]);
  names.delete('updatedAt');
  const changed = [...names].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const only = (client: Client) =>
    loggedOf(Object.fromEntries(changed.map((name) => [name, client[name]])));
  return { before: only(before), after: only(after) };
}
