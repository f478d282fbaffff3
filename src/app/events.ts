import { createEventFeed } from '#src/features/audit/index.ts';
import {
  type Courier,
  createCourier,
  createEventStream,
  createWebhookStore,
  createWebhooks,
  type EventStream,
  type Webhooks,
} from '#src/features/webhooks/index.ts';
import { eventSecretOf, signEvent } from '#src/infra/crypto/event-signer.ts';
import { createPoster } from '#src/infra/net/poster.ts';
import { type Clock, SECOND } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Config } from './config/config.ts';
import type { Core } from './core.ts';
import type { Job } from './jobs.ts';

/** Events out (R33). Disposing of it waits for those that are being sent. */
export interface Events extends AsyncDisposable {
  readonly webhooks: Webhooks;
  readonly courier: Courier;
  readonly stream: EventStream;
  readonly jobs: readonly Job[];
}

export interface EventsDeps {
  readonly core: Pick<Core, 'units' | 'sealer' | 'rooms' | 'stores'>;
  readonly config: Pick<Config, 'fetchAllow'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly lifecycle?: { readonly stopping: boolean };
}

export function createEvents(deps: EventsDeps): Events {
  const { core, config, lifecycle = { stopping: false } } = deps;
  const parts = {
    ...{ ...deps, ...core, audit: core.rooms.audit, lifecycle },
    feed: createEventFeed(core.stores.audit),
    store: createWebhookStore(),
    poster: createPoster({ allow: config.fetchAllow }),
    ...{ sign: signEvent, secretOf: eventSecretOf },
  };
  const [courier, stream] = [createCourier(parts), createEventStream(parts)];
  return {
    webhooks: createWebhooks(parts),
    courier,
    stream,
    jobs: [
      { name: 'send-events', every: SECOND, run: async () => void (await courier.begin()) },
      { name: 'wake-streams', every: SECOND, run: () => stream.beat() },
    ],
    [Symbol.asyncDispose]: () => courier[Symbol.asyncDispose](),
  };
}
