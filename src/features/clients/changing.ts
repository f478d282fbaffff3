import type { Permission } from '#src/features/access/index.ts';
import type { Audit, AuditEvent } from '#src/features/audit/index.ts';
import { clientId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { AdminScope, Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { versionOf } from '#src/kernel/version.ts';
import { permissionTooHigh } from './ceiling.ts';
import { type Client, isClientId } from './client.ts';
import type { Clients } from './service.ts';
import type { ClientStore } from './store.ts';

/** Who manages: an administrator, or whoever works at the machine itself. */
export type ManagingScope = AdminScope | Extract<Scope, { readonly kind: 'system' }>;

/** `shared`: it belongs to all tenants, and an administrator of one may only look. */
export type ClientRefusal = 'unknown' | 'shared' | 'changed' | 'permission-too-high';

/** A change that somebody wants of a client. */
export interface Change {
  readonly scope: ManagingScope;
  readonly id: string;
  readonly action: AuditEvent['action'];
  /** The state they saw last. */
  readonly version?: string | undefined;
}

/** What became of it, and what the log says of that. */
export type Changed<Value, Reason extends string = never> = Outcome<Value, Reason> & {
  readonly details?: NonNullable<AuditEvent['details']>;
};

export interface ChangingDeps {
  readonly units: Units;
  readonly store: ClientStore;
  readonly audit: Audit;
  readonly clients: Pick<Clients, 'forget'>;
}

/**
 * Takes a client for changing, in one unit with its entry: a refusal stands in the log too. This node learns of
 * the change at once.
 */
export function createChange({ units, store, audit, clients }: ChangingDeps) {
  const ceiling = createCeiling(store);

  async function refusalOf(
    unit: Unit,
    client: Client | undefined,
    { id, version }: Change,
  ): Promise<ClientRefusal | undefined> {
    if (!client) {
      // What this unit may not take it may yet see.
      return isClientId(id) && (await store.find(unit, clientId(id))) ? 'shared' : 'unknown';
    }
    if (await ceiling(unit, client)) return 'permission-too-high';
    return version === undefined || version === versionOf(client) ? undefined : 'changed';
  }

  return async <Value, Reason extends string = never>(
    wanted: Change,
    act: (unit: Unit, client: Client) => Promise<Changed<Value, Reason>>,
  ): Promise<Outcome<Value, Reason | ClientRefusal>> => {
    const { scope, id, action } = wanted;
    const resource = { type: 'client', id };
    const ending = await units.run(scope, async (unit) => {
      const taken = isClientId(id) ? await store.take(unit, clientId(id)) : undefined;
      const reason = await refusalOf(unit, taken, wanted);
      if (!taken || reason) {
        await audit.record(unit, { action, outcome: reason ?? 'unknown', resource });
        return refused(reason ?? 'unknown');
      }
      const changed = await act(unit, taken);
      await audit.record(unit, {
        action,
        outcome: changed.ok ? 'success' : changed.reason,
        ...(taken.tenantId !== undefined && { tenantId: taken.tenantId }),
        resource,
        ...(changed.details && { details: changed.details }),
      });
      return changed.ok ? done(changed.value) : refused(changed.reason);
    });
    clients.forget(id);
    return ending;
  };
}

/** Whoever touches a client that may ask for permissions has all of them, in their token as well; at the machine itself everybody has. */
export function createCeiling(store: Pick<ClientStore, 'locate'>) {
  return async (
    unit: Unit,
    client: Pick<Client, 'scopes' | 'resources'>,
  ): Promise<Permission | undefined> => {
    const { scope } = unit;
    if (!('by' in scope)) return undefined;
    const { actor, role, scopes } = scope.by;
    if (actor.kind !== 'client') return permissionTooHigh(client, { role, scopes });
    const machine = await store.locate(unit, clientId(actor.id));
    const registered = machine ?? { scopes: [], resources: [] };
    return permissionTooHigh(client, { role, scopes, machine: registered });
  };
}
