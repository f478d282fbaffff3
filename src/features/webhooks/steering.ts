import { type EventFeed, SERVER_CHAIN } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { type ChangingDeps, createChange, type WebhookRefusal } from './changing.ts';
import { TESTED } from './policy.ts';

/** What a receiver is sent next. */
export interface Steering {
  /**
   * Goes on from what was written at an instant, or from a position: mostly back, so that events are sent once
   * more; on, past what a receiver never takes.
   */
  replay(
    scope: AdminScope,
    id: string,
    since: Date | number,
  ): Promise<Outcome<undefined, WebhookRefusal>>;
  /** Makes an event that this receiver is sent in its turn, whatever it asked for. */
  test(scope: AdminScope, id: string): Promise<Outcome<undefined, WebhookRefusal | 'paused'>>;
}

export interface SteeringDeps extends ChangingDeps {
  readonly feed: EventFeed;
  readonly clock: Clock;
}

export function createSteering(deps: SteeringDeps): Steering {
  const { store, feed, clock } = deps;
  const change = createChange(deps);

  return {
    replay: (scope, id, since) =>
      change({ scope, id, action: 'webhook.replayed' }, async (unit, before) => {
        const chain = before.tenantId ?? SERVER_CHAIN;
        const end = await feed.end(unit, chain);
        const wanted =
          typeof since === 'number' ? since - 1 : ((await feed.before(unit, chain, since)) ?? end);
        const position = Math.min(wanted, end);
        await store.update(unit, { ...before, position, failures: 0, dueAt: clock.now() });
        const details = { before: { position: before.position }, after: { position } };
        return { ...done(undefined), details };
      }),

    test: (scope, id) =>
      change({ scope, id, action: TESTED }, async (_, { state }) =>
        state === 'paused' ? refused('paused') : done(undefined),
      ),
  };
}
