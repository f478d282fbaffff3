/**
 * Webhooks: events out, for whoever follows the log from elsewhere (R33).
 *
 * An event is an entry of the audit log in its place in its tenant's chain: what commits is sent, in that order, at
 * least once, under the entry's id. Each receiver keeps how far it has come, and is held up by what it doesn't take;
 * going back is sending again (ADR 0049). What is sent is signed as Standard Webhooks say. Those who rather ask
 * follow the same entries as JSON Lines.
 *
 * Owns: table `webhooks`. Records: `webhook.*`, `audit.streamed`.
 */
export { createWebhooksApi, type WebhooksApiDeps } from './api.ts';
export { type Courier, createCourier } from './courier.ts';
export { createWebhooks, type Webhooks } from './service.ts';
export { createWebhookStore } from './store.pg.ts';
export { createEventStream, type EventStream } from './stream.ts';
