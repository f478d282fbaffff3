import { Readable } from 'node:stream';
import { z } from 'zod';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { type Cursors, pageAnswer, pageOf, pageQuery } from '#src/http/api/paging.ts';
import { rotationBody } from '#src/http/api/rotation.ts';
import { fromEpochMilliseconds, SECOND } from '#src/kernel/clock.ts';
import { Conflict, NotFound, PreconditionFailed } from '#src/kernel/faults.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import { versionOf } from '#src/kernel/version.ts';
import type { WebhookRefusal } from './changing.ts';
import {
  CreatedWebhookAnswer,
  ReplayBody,
  StandingAnswer,
  StreamQuery,
  WebhookAnswer,
  WebhookBody,
  WebhookChangesBody,
} from './forms.ts';
import { eventOf } from './message.ts';
import type { Standing, WebhookChanges, Webhooks } from './service.ts';
import type { ListPlace } from './store.ts';
import type { EventStream } from './stream.ts';
import type { Webhook } from './webhook.ts';

export interface WebhooksApiDeps {
  readonly webhooks: Webhooks;
  readonly stream: EventStream;
  readonly cursors: Cursors;
}

const params = z.strictObject({ webhook: z.uuid() });
const common = { tag: 'Webhooks', reach: 'server' } as const;
const KINDS = { list: 'webhooks', stream: 'audit-stream' } as const;
const LINES = 'application/x-ndjson';

/** Where events go out to, for those who manage; and the stream of them (R33). */
export function createWebhooksApi(deps: WebhooksApiDeps): readonly AnyOperation[] {
  return [...readings(deps), ...changes(deps), ...deeds(deps), following(deps)];
}

function readings({ webhooks, cursors }: WebhooksApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ ...common, id: 'listWebhooks', method: 'GET', path: '/webhooks' },
      permission: 'webhooks:read',
      summary: 'Lists where events are sent, the oldest first.',
      query: z.strictObject(pageQuery),
      answer: pageAnswer(WebhookAnswer),
      async run({ scope, query: { limit, cursor } }) {
        const after =
          cursor === undefined ? undefined : placeOf(cursors.read(scope, KINDS.list, cursor));
        const { items, next } = await webhooks.list(scope, { limit, ...(after && { after }) });
        const onward =
          next && cursors.write(scope, KINDS.list, [String(next.createdAt.getTime()), next.id]);
        return { body: pageOf(items.map(shown), onward) };
      },
    }),
    operation({
      ...{ ...common, id: 'getWebhook', method: 'GET', path: '/webhooks/:webhook' },
      permission: 'webhooks:read',
      summary: 'Shows where events are sent, and whether they are.',
      params,
      answer: WebhookAnswer,
      async run({ scope, params: { webhook: id } }) {
        const webhook = await webhooks.find(scope, id.toLowerCase());
        if (!webhook) throw unknown();
        return replyOf(webhook);
      },
    }),
    operation({
      ...{ ...common, id: 'getWebhookStatus', method: 'GET', path: '/webhooks/:webhook/status' },
      permission: 'webhooks:read',
      summary: 'Shows how far a webhook has come, what waits for it, and why.',
      params,
      answer: StandingAnswer,
      async run({ scope, params: { webhook: id } }) {
        const standing = await webhooks.standing(scope, id.toLowerCase());
        if (!standing) throw unknown();
        return { body: shownStanding(standing) };
      },
    }),
  ];
}

function changes({ webhooks }: WebhooksApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ ...common, id: 'createWebhook', method: 'POST', path: '/webhooks', status: 201 },
      permission: 'webhooks:update',
      summary:
        'Has what happens from now on sent somewhere; of the whole server, the server’s own entries.',
      body: WebhookBody,
      answer: CreatedWebhookAnswer,
      async run({ scope, body }) {
        const made = await webhooks.create(scope, body);
        if (!made.ok) throw new Conflict('There are as many webhooks as there may be.');
        const { webhook, secret } = made.value;
        return {
          body: { ...shown(webhook), secret },
          version: versionOf(webhook),
          location: `/api/webhooks/${webhook.id}`,
        };
      },
    }),
    operation({
      ...{ ...common, id: 'updateWebhook', method: 'PATCH', path: '/webhooks/:webhook' },
      permission: 'webhooks:update',
      summary: 'Changes where events are sent, and which; or pauses that.',
      params,
      body: WebhookChangesBody,
      answer: WebhookAnswer,
      async run({ scope, params: { webhook: id }, body, version }) {
        const wanted = { changes: given(body), ...(version !== undefined && { version }) };
        const updated = await webhooks.update(scope, id.toLowerCase(), wanted);
        if (!updated.ok) throw refusal(updated.reason);
        return replyOf(updated.value);
      },
    }),
    operation({
      ...{ ...common, id: 'deleteWebhook', method: 'DELETE', path: '/webhooks/:webhook' },
      permission: 'webhooks:update',
      summary: 'Has nothing sent there any more.',
      params,
      async run({ scope, params: { webhook: id }, version }) {
        const removed = await webhooks.remove(scope, id.toLowerCase(), version);
        if (!removed.ok) throw refusal(removed.reason);
        return {};
      },
    }),
  ];
}

function deeds({ webhooks }: WebhooksApiDeps): readonly AnyOperation[] {
  const path = '/webhooks/:webhook';
  return [
    operation({
      ...{ ...common, id: 'rotateWebhookSecret', method: 'POST', path: `${path}/secret` },
      permission: 'webhooks:update',
      summary: 'Makes a new secret. The one before signs beside it for a while.',
      params,
      body: rotationBody('How long the secret before signs too: a day unless told, 0 for not.'),
      answer: CreatedWebhookAnswer,
      async run({ scope, params: { webhook: id }, body: { overlapSeconds } }) {
        const wanted = overlapSeconds === undefined ? {} : { overlap: overlapSeconds * SECOND };
        const made = await webhooks.rotate(scope, id.toLowerCase(), wanted);
        if (!made.ok) throw refusal(made.reason);
        const { webhook, secret } = made.value;
        return { body: { ...shown(webhook), secret }, version: versionOf(webhook) };
      },
    }),
    operation({
      ...{ ...common, id: 'replayWebhook', method: 'POST', path: `${path}/replay`, status: 202 },
      permission: 'webhooks:update',
      summary: 'Sends events once more, or goes past one that is never taken.',
      params,
      body: ReplayBody,
      async run({ scope, params: { webhook: id }, body: { since } }) {
        const set = await webhooks.replay(scope, id.toLowerCase(), since);
        if (!set.ok) throw refusal(set.reason);
        return {};
      },
    }),
    operation({
      ...{ ...common, id: 'testWebhook', method: 'POST', path: `${path}/test`, status: 202 },
      permission: 'webhooks:update',
      summary: 'Makes an event webhook.tested, which is sent there in its turn.',
      params,
      async run({ scope, params: { webhook: id } }) {
        const made = await webhooks.test(scope, id.toLowerCase());
        if (!made.ok) throw refusal(made.reason);
        return {};
      },
    }),
  ];
}

function following({ stream, cursors }: WebhooksApiDeps): AnyOperation {
  return operation({
    ...{ id: 'streamAuditLogs', method: 'GET', path: '/audit/stream', tag: 'Audit' },
    reach: 'server',
    permission: 'audit:export',
    summary:
      'Answers entries in the order of the log, a line each; where there are none yet it waits, if asked to. Link names what comes after.',
    query: StreamQuery,
    files: [LINES],
    async run({ scope, query: { after, limit, wait } }) {
      const position =
        after === undefined ? 0 : Number(cursors.read(scope, KINDS.stream, after)[0]);
      const found = await stream.take(scope, { after: position, limit, wait: wait * SECOND });
      const cursorOf = (place: number) => cursors.write(scope, KINDS.stream, [String(place)]);
      const lines = found.map(
        (placed) =>
          `${JSON.stringify({ cursor: cursorOf(placed.position), ...eventOf(placed.entry) })}\n`,
      );
      const end = cursorOf(found.at(-1)?.position ?? position);
      const next = { ...reachedBy(scope), after: end, limit: String(limit), wait: String(wait) };
      return {
        file: {
          ...{ name: 'audit.jsonl', type: LINES },
          content: Readable.from(lines),
          next: new URLSearchParams(next),
        },
      };
    },
  });
}

/** The parameter that names a tenant which is not their own; the gate took it out of the query. */
function reachedBy(scope: AdminScope): { readonly tenant?: string } {
  const tenant = tenantOf(scope);
  return tenant === undefined || tenant === scope.by.home ? {} : { tenant };
}

function given(
  body: {
    readonly [Name in keyof WebhookChanges]?: WebhookChanges[Name] | undefined;
  },
): WebhookChanges {
  const { url, description, events, paused } = body;
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(events !== undefined && { events }),
    ...(paused !== undefined && { paused }),
  };
}

function placeOf([createdAt, id = '']: readonly string[]): ListPlace {
  return { createdAt: fromEpochMilliseconds(Number(createdAt)), id };
}

function replyOf(webhook: Webhook) {
  return { body: shown(webhook), version: versionOf(webhook) };
}

/** Field by field: what is kept beside them is nobody's to see. */
function shown({ id, tenantId, url, description, events, state, ...at }: Webhook) {
  const { createdAt, updatedAt } = at;
  return {
    ...{ id, tenant: tenantId ?? null, url, description, events, state },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function shownStanding({ state, position, failures, backlog, ...standing }: Standing) {
  return {
    ...{ state, position, failures, backlog: backlog.counted, backlogIsMore: !backlog.isAll },
    failingSince: standing.failingSince?.toISOString() ?? null,
    dueAt: standing.dueAt.toISOString(),
    lastError: standing.lastError ?? null,
    lastDeliveredAt: standing.lastDeliveredAt?.toISOString() ?? null,
  };
}

function refusal(reason: WebhookRefusal | 'paused'): Error {
  switch (reason) {
    case 'unknown':
      return unknown();
    case 'changed':
      return new PreconditionFailed('Somebody has changed this webhook meanwhile.');
    case 'paused':
      return new Conflict('This webhook is paused: nothing is sent there.');
    default:
      return unreachable(reason);
  }
}

function unknown(): NotFound {
  return new NotFound('There is no such webhook.');
}
