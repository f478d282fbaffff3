import type { Audit } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { isUuid } from '#src/kernel/ids.ts';
import type { Units } from '#src/kernel/unit.ts';
import { SCOPE } from './scope.ts';
import type { OutboxEntry, OutboxState, OutboxStore } from './store.ts';

/** What an operator sees of the outbox, and does with it. */
export interface OutboxDesk {
  /** The newest first, of one state or of all that are not delivered; neither what they say nor whom they go to. */
  list(filter: {
    readonly state?: OutboxState;
    readonly limit: number;
  }): Promise<readonly OutboxEntry[]>;
  /**
   * Lets dead mails wait for delivery again, all or those named, and says which. Those whose time is over
   * stay dead. Throws `InvalidInput` for what is no id.
   */
  retry(which: readonly string[] | 'dead'): Promise<readonly string[]>;
}

export interface OutboxDeskDeps {
  readonly units: Units;
  readonly store: Pick<OutboxStore, 'list' | 'revive'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
}

const NOT_DELIVERED: readonly OutboxState[] = ['waiting', 'dead'];

export function createOutboxDesk({ units, store, audit, clock }: OutboxDeskDeps): OutboxDesk {
  return {
    list: ({ state, limit }) =>
      units.once(SCOPE, (unit) => store.list(unit, state ? [state] : NOT_DELIVERED, limit)),

    async retry(which) {
      if (which !== 'dead' && !which.every(isUuid))
        throw new InvalidInput('A mail is named by its id, as the list of the outbox shows it.');
      return units.run(SCOPE, async (unit) => {
        const named = which === 'dead' ? undefined : which;
        const revived = await store.revive(unit, named, clock.now());
        await audit.record(unit, {
          action: 'outbox.retried',
          outcome: 'success',
          actor: { kind: 'system', id: SCOPE.job },
          details: { which: named ? 'named' : 'all', count: revived.length, mails: revived },
        });
        return revived;
      });
    },
  };
}
