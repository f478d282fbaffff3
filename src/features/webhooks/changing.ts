import type { Action, Audit, Details } from '#src/features/audit/index.ts';
import { isUuid } from '#src/kernel/ids.ts';
import { type Outcome, refused } from '#src/kernel/outcome.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { versionOf } from '#src/kernel/version.ts';
import type { KeptWebhook, WebhookStore } from './store.ts';

/** `changed`: it is no longer as the caller saw it. */
export type WebhookRefusal = 'unknown' | 'changed';

export interface ChangingDeps {
  readonly units: Units;
  readonly store: WebhookStore;
  readonly audit: Audit;
}

export interface Change {
  readonly scope: AdminScope;
  readonly id: string;
  readonly version?: string | undefined;
  readonly action: Action;
}

/** What an act came to, and what the log tells of it. */
export type Changed<Value, Reason extends string> = Outcome<Value, Reason> & {
  readonly details?: Details;
};

/** Takes a receiver, acts on it, and writes what came of it: one unit, one entry, refusals included. */
export function createChange({ units, store, audit }: ChangingDeps) {
  return <Value, Reason extends string = never>(
    { scope, id, version, action }: Change,
    act: (unit: Unit, before: KeptWebhook) => Promise<Changed<Value, Reason>>,
  ): Promise<Outcome<Value, Reason | WebhookRefusal>> =>
    units.run(scope, async (unit) => {
      const taken = isUuid(id) ? await store.take(unit, id) : undefined;
      const changed = taken ? await attempt(unit, taken) : refused('unknown');
      const details = 'details' in changed ? changed.details : undefined;
      const tenantId = taken?.tenantId;
      await audit.record(unit, {
        action,
        outcome: changed.ok ? 'success' : changed.reason,
        ...(tenantId !== undefined && { tenantId }),
        resource: { type: 'webhook', id },
        ...(details && { details }),
      });
      return changed;

      async function attempt(
        unit: Unit,
        taken: KeptWebhook,
      ): Promise<Changed<Value, Reason | WebhookRefusal>> {
        if (version !== undefined && version !== versionOf(taken)) return refused('changed');
        return act(unit, taken);
      }
    });
}
