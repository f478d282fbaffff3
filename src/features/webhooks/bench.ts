import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Action,
  createAudit,
  createAuditStore,
  createChainStore,
  createEventFeed,
} from '#src/features/audit/index.ts';
import { createLinking } from '#src/features/audit/linking.ts';
import { createAuditKeys } from '#src/infra/crypto/audit-keys.ts';
import { eventSecretOf, signEvent } from '#src/infra/crypto/event-signer.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { createPoster } from '#src/infra/net/poster.ts';
import { aBench, type Bench, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { createTestClock, type TestClock } from '#src/testing/clock.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import { type Courier, type CourierDeps, createCourier } from './courier.ts';
import type { eventOf } from './message.ts';
import { createWebhooks, type Webhooks } from './service.ts';
import { createWebhookStore } from './store.pg.ts';
import { createEventStream, type EventStream, type EventStreamDeps } from './stream.ts';

/** The room on a database of its own, where nobody else's receivers are. */
export interface WebhooksBench extends AsyncDisposable {
  readonly bench: Bench;
  readonly clock: TestClock;
  readonly webhooks: Webhooks;
  readonly courier: Courier;
  readonly stream: EventStream;
  readonly store: CourierDeps['store'];
  /** Another process's courier on the same rows, different in these parts. */
  another(over?: Partial<CourierDeps>): Courier;
  anotherStream(over?: Partial<EventStreamDeps>): EventStream;
  /** Records so many entries of a tenant, or of the server, one after another, and links them; their ids in order. */
  happen(tenant: TenantId | undefined, ...actions: Action[]): Promise<readonly string[]>;
  /** Puts what was recorded into its chains. */
  link(): Promise<void>;
  /** One round, to its end. */
  send(courier?: Courier): Promise<void>;
  ask<Row extends object>(query: string, values?: unknown[]): Promise<readonly Row[]>;
}

export async function aWebhooksBench(): Promise<WebhooksBench> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await anOwnDatabase());
  const bench = opening.use(await aBench({ url: database.url }));
  const { units, logger } = bench;
  const clock = createTestClock();
  const ids = createIds(clock);
  const keys = createAuditKeys({ seal: Buffer.alloc(32, 3), sign: Buffer.alloc(32, 4) });
  const auditStore = createAuditStore();
  const audit = createAudit({ units, store: auditStore, clock, ids, keys });
  const linking = createLinking({ units, store: createChainStore(), keys });
  await audit.prepare(1);
  const deps = {
    ...{ units, audit, clock, ids, logger, feed: createEventFeed(auditStore) },
    store: createWebhookStore(),
    poster: createPoster({ allow: ['127.0.0.1'], patienceMs: 2000 }),
    sealer: createSealer([{ id: 'k1', key: Buffer.alloc(32, 1) }]),
    ...{ sign: signEvent, secretOf: eventSecretOf, lifecycle: { stopping: false } },
  };
  const courier = opening.use(createCourier(deps));
  const ask = <Row extends object>(query: string, values: unknown[] = []) =>
    units.run(SYSTEM, async (unit) => (await client(unit).query<Row>(query, values)).rows);
  /** Whoever else works on the server may hold linking up for a moment. */
  const link = async () => {
    for (let loose = true; loose; ) {
      await linking.link(1000);
      const [asked] = await ask<{ loose: boolean }>(LOOSE);
      loose = asked?.loose ?? false;
    }
  };

  const opened = opening.move();
  return {
    ...{ bench, clock, courier, ask, link, store: deps.store },
    webhooks: createWebhooks(deps),
    stream: createEventStream(deps),
    another: (over) => createCourier({ ...deps, ...over }),
    anotherStream: (over) => createEventStream({ ...deps, ...over }),
    async happen(tenant, ...actions) {
      const before = await ask<{ id: string }>('select id from audit_entries');
      const known = new Set(before.map(({ id }) => id));
      for (const action of actions) {
        await units.run(SYSTEM, (unit) =>
          audit.record(unit, { action, outcome: 'success', ...(tenant && { tenantId: tenant }) }),
        );
      }
      await link();
      const after = await ask<{ id: string }>('select id from audit_entries order by tx, id');
      return after.map(({ id }) => id).filter((id) => !known.has(id));
    },
    async send(one = courier) {
      await one.begin();
      await one.idle();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const LOOSE = `
  select exists (
    select from audit_entries e where not exists (
      select from audit_links l where l.entry_at = e.at and l.entry_id = e.id)) as loose`;

/** One event, as it arrived. */
export interface Arrived {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: ReturnType<typeof eventOf>;
}

/** Somebody's server for events. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  ids(): readonly string[];
  /** How it answers what comes next, each in turn, and the last from then on: a status, or a way of its own. */
  answers(...answers: Answer[]): void;
  /** Once so many have arrived in all. */
  has(count: number): Promise<void>;
}

type Answer = number | ((response: ServerResponse) => void);

export async function aReceiver(): Promise<Receiver> {
  const arrived: Arrived[] = [];
  const waiting: { readonly count: number; wake(): void }[] = [];
  let answers: Answer[] = [204];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    request.on('end', () => {
      const { headers } = request;
      const id = String(headers['webhook-id']);
      arrived.push({ id, headers, text, body: JSON.parse(text) as Arrived['body'] });
      const [answer = 204, ...rest] = answers;
      if (rest.length > 0) answers = rest;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else answer(response);
      for (const { count, wake } of waiting) if (arrived.length >= count) wake();
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    arrived,
    ids: () => arrived.map(({ id }) => id),
    answers(...given) {
      answers = given;
    },
    has(count) {
      if (arrived.length >= count) return Promise.resolve();
      const { promise, resolve: wake } = Promise.withResolvers<void>();
      waiting.push({ count, wake });
      return promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
