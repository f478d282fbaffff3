import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createPoster } from '#src/infra/net/poster.ts';
import { DAY, HOUR, MINUTE } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import {
  type Arrived,
  aReceiver,
  aWebhooksBench,
  type Receiver,
  type WebhooksBench,
} from './bench.ts';
import { LEASE, waitAfter } from './delivery.ts';

let room: WebhooksBench;
beforeAll(async () => {
  room = await aWebhooksBench();
});
beforeEach(async () => void (await room.ask('delete from webhooks')));
afterAll(() => room[Symbol.asyncDispose]());

async function receiver(): Promise<Receiver> {
  const made = await aReceiver();
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
}

/** A receiver that is registered, and has had the entry about that. */
async function registered(events: string[] = [], tenant?: TenantId) {
  const home = tenant ?? (await room.bench.aTenant());
  const scope = administratorOf(home);
  const server = await receiver();
  const made = await room.webhooks.create(scope, { url: server.url, description: '', events });
  if (!made.ok) throw new Error(made.reason);
  const { webhook, secret } = made.value;
  await skip(webhook.id);
  return { server, scope, tenant: home, id: webhook.id, secret };
}

/** Passes over what there is, so that a test begins with nothing to send. */
async function skip(id: string): Promise<void> {
  await room.link();
  await room.ask(
    `update webhooks w set position = coalesce((
       select max(position) from audit_links l where l.tenant_id = w.tenant_id), 0) where id = $1`,
    [id],
  );
}

const rowOf = async (id: string) =>
  (
    await room.ask<{ state: string; failures: number; last_error: string; position: number }>(
      'select state, failures, last_error, position from webhooks where id = $1',
      [id],
    )
  )[0];

const outcomes = async (id: string, action: string) =>
  (
    await room.ask<{ tenant: string }>(
      'select tenant_id as tenant from audit_entries where resource_id = $1 and action = $2',
      [id, action],
    )
  ).length;

describe('a receiver', () => {
  it('gets what happens in its tenant, in order, and nothing of another’s or the server’s', async () => {
    const { server, tenant } = await registered();
    const others = await registered();
    const first = await room.happen(tenant, 'user.created', 'user.disabled');
    const foreign = await room.happen(others.tenant, 'user.deleted');
    await room.happen(undefined, 'keys.rotated');
    const second = await room.happen(tenant, 'user.enabled');
    await room.send();
    expect(server.ids()).toStrictEqual([...first, ...second]);
    expect(others.server.ids()).toStrictEqual(foreign);
    await room.send();
    expect(server.arrived).toHaveLength(3);
    expect(server.arrived[0]?.body).toStrictEqual({
      type: 'user.created',
      timestamp: room.clock.now().toISOString(),
      data: {
        id: first[0],
        category: 'administration',
        outcome: 'success',
        tenant,
        actor: { kind: 'system', id: 'test', tenant: null },
        resource: null,
        address: null,
        userAgent: null,
        requestId: null,
        details: {},
      },
    });
  });

  it('of the whole server gets the server’s own entries', async () => {
    const server = await receiver();
    const home = await room.bench.aTenant();
    const draft = { url: server.url, description: '', events: ['keys.rotated'] };
    await room.webhooks.create(operatorOf(home), draft);
    await room.happen(home, 'keys.rotated');
    const own = await room.happen(undefined, 'keys.generated', 'keys.rotated');
    await room.send();
    expect(server.ids()).toStrictEqual([own[1]]);
  });

  it('gets what it asked for, by action and by category, and its own test', async () => {
    const { server, scope, tenant, id } = await registered(['user.created', 'authentication']);
    await room.happen(tenant, 'user.created', 'user.deleted', 'sign-in.refused', 'client.created');
    await room.webhooks.test(scope, id);
    await room.link();
    await room.send();
    const types = server.arrived.map(({ body }) => body.type);
    expect(types).toStrictEqual(['user.created', 'sign-in.refused', 'webhook.tested']);
    // What it did not ask for is passed over, and not looked at again.
    expect(await room.courier.begin()).toBe(0);
  });

  it('gets more than one batch, in order, over several rounds', async () => {
    const { server, tenant } = await registered();
    const actions = Array.from({ length: 5 }, () => 'user.updated' as const);
    const ids = await room.happen(tenant, ...actions);
    const courier = room.another({ limits: { atOnce: 1, batch: 2 } });
    for (let round = 0; round < 3; round += 1) await room.send(courier);
    expect(server.ids()).toStrictEqual(ids);
  });

  it('that fails gets the same again, before anything after it', async () => {
    const { server, tenant, id } = await registered();
    const ids = await room.happen(tenant, 'user.created', 'user.updated', 'user.deleted');
    server.answers(204, 500, 503, 204);
    await room.send();
    expect(await rowOf(id)).toMatchObject({ failures: 1, last_error: 'It answered 500.' });
    await room.send();
    expect(server.arrived).toHaveLength(2);
    room.clock.pass(waitAfter(1));
    await room.send();
    room.clock.pass(waitAfter(2));
    await room.send();
    const [first, second, third] = ids;
    expect(server.ids()).toStrictEqual([first, second, second, second, third]);
    expect(await rowOf(id)).toMatchObject({ state: 'active', failures: 0, last_error: null });
  });

  it.each([301, 302, 307, 400, 404])('that answers %i has not taken it', async (status) => {
    const { server, tenant, id } = await registered();
    const [event] = await room.happen(tenant, 'user.created');
    const elsewhere = await receiver();
    server.answers((response) => response.writeHead(status, { location: elsewhere.url }).end());
    await room.send();
    expect(server.ids()).toStrictEqual([event]);
    expect(elsewhere.arrived).toStrictEqual([]);
    expect(await rowOf(id)).toMatchObject({ failures: 1, last_error: `It answered ${status}.` });
  });

  it('on a private address is not called', async () => {
    const { server, tenant, id } = await registered();
    await room.happen(tenant, 'user.created');
    await room.send(room.another({ poster: createPoster({ allow: [] }) }));
    expect(server.arrived).toStrictEqual([]);
    expect((await rowOf(id))?.last_error).toContain('not public');
  });

  it('that is slow holds up no other', async () => {
    const slow = await registered();
    const fast = await registered();
    const { promise: held, resolve: release } = Promise.withResolvers<ServerResponse>();
    slow.server.answers((response) => release(response), 204);
    await room.happen(slow.tenant, 'user.created', 'user.updated');
    await room.happen(fast.tenant, 'user.created');
    await room.courier.begin();
    const waits = await held;
    await fast.server.has(1);
    const later = await room.happen(fast.tenant, 'user.updated');
    await expect.poll(() => room.courier.begin()).toBe(1);
    await fast.server.has(2);
    expect(fast.server.ids().at(-1)).toBe(later[0]);
    expect(slow.server.arrived).toHaveLength(1);
    waits.writeHead(204).end();
    await room.courier.idle();
    expect(slow.server.arrived).toHaveLength(2);
  });

  it('is served by one process at a time', async () => {
    const { server, tenant } = await registered();
    const ids = await room.happen(tenant, 'user.created', 'user.updated', 'user.deleted');
    const couriers = [room.courier, room.another(), room.another()];
    await Promise.all(couriers.map((courier) => courier.begin()));
    await Promise.all(couriers.map((courier) => courier.idle()));
    expect(server.ids()).toStrictEqual(ids);
  });
});

describe('a process that ends', () => {
  it('between the receiver’s yes and its record costs one event twice, under the same id', async () => {
    const { server, tenant } = await registered();
    const ids = await room.happen(tenant, 'user.created', 'user.updated');
    const advance = () => Promise.reject(new Error('killed'));
    await room.send(room.another({ store: { ...room.store, advance } }));
    expect(room.bench.logger.lines).toContain('a webhook was not served');
    expect(await room.courier.begin()).toBe(0);
    room.clock.pass(LEASE);
    await room.send();
    expect(server.ids()).toStrictEqual([ids[0], ...ids]);
    const [first, second] = server.arrived;
    expect(second?.text).toBe(first?.text);
  });

  it('on request ends after the event that is under way', async () => {
    const { server, tenant } = await registered();
    const ids = await room.happen(tenant, 'user.created', 'user.updated');
    const { promise: held, resolve: release } = Promise.withResolvers<ServerResponse>();
    server.answers((response) => release(response), 204);
    const courier = room.another();
    await courier.begin();
    const waits = await held;
    const ended = courier[Symbol.asyncDispose]();
    waits.writeHead(204).end();
    await ended;
    expect(server.ids()).toStrictEqual([ids[0]]);
    expect(await courier.begin()).toBe(0);
    await room.send();
    expect(server.ids()).toStrictEqual(ids);
  });
});

describe('a replay', () => {
  it('from an instant, or from a position, sends the same again under the same ids', async () => {
    const { server, scope, tenant, id } = await registered(['user.created']);
    const early = await room.happen(tenant, 'user.created');
    room.clock.pass(HOUR);
    const since = room.clock.now();
    const late = await room.happen(tenant, 'user.created', 'user.created');
    await room.send();
    expect(await room.webhooks.replay(scope, id, since)).toMatchObject({ ok: true });
    await room.send();
    expect(server.ids()).toStrictEqual([...early, ...late, ...late]);
    await room.webhooks.replay(scope, id, 1);
    await room.send();
    expect(server.ids().slice(3 + 2)).toStrictEqual([...early, ...late]);
  });

  it('goes past what is never taken, and not beyond the end', async () => {
    const { server, scope, tenant, id } = await registered(['user.created']);
    const wanted = ['user.created', 'user.created'] as const;
    const [, poison, next] = await room.happen(tenant, 'user.deleted', ...wanted);
    server.answers(400, 204);
    await room.send();
    const position = (await rowOf(id))?.position ?? 0;
    await room.webhooks.replay(scope, id, position + 2);
    await room.send();
    expect(server.ids()).toStrictEqual([poison, next]);
    await room.webhooks.replay(scope, id, Number.MAX_SAFE_INTEGER);
    const [more] = await room.happen(tenant, 'user.created');
    await room.send();
    expect(server.ids().at(-1)).toBe(more);
  });

  it('that comes while an event is under way is not undone by its record', async () => {
    const { server, scope, tenant, id } = await registered(['user.created']);
    const ids = await room.happen(tenant, 'user.created', 'user.created');
    await room.send();
    const [last] = await room.happen(tenant, 'user.created');
    const { promise: held, resolve: release } = Promise.withResolvers<ServerResponse>();
    server.answers((response) => release(response), 204);
    await room.courier.begin();
    const waits = await held;
    room.clock.pass(1);
    await room.webhooks.replay(scope, id, 1);
    waits.writeHead(204).end();
    await room.courier.idle();
    await room.send();
    expect(server.ids()).toStrictEqual([...ids, last, ...ids, last]);
  });
});

describe('a receiver that takes nothing', () => {
  it('is failing after a day, says so in the log once, and is tried on until it takes one', async () => {
    const { server, tenant, id } = await registered();
    await room.happen(tenant, 'user.created');
    server.answers(500);
    await room.send();
    room.clock.pass(DAY - MINUTE);
    await room.send();
    expect(await rowOf(id)).toMatchObject({ state: 'active', failures: 2 });
    room.clock.pass(HOUR);
    await room.send();
    room.clock.pass(HOUR);
    await room.send();
    expect(await rowOf(id)).toMatchObject({ state: 'failing', failures: 4 });
    expect(await outcomes(id, 'webhook.failing')).toBe(1);
    server.answers(204);
    room.clock.pass(HOUR);
    await room.send();
    expect(await rowOf(id)).toMatchObject({ state: 'active', failures: 0, last_error: null });
  });

  it('is asked no more once it says that it is gone', async () => {
    const { server, scope, tenant, id } = await registered();
    const ids = await room.happen(tenant, 'user.created');
    server.answers(410, 204);
    await room.send();
    expect(await rowOf(id)).toMatchObject({ state: 'paused' });
    expect(await outcomes(id, 'webhook.stopped')).toBe(1);
    room.clock.pass(DAY);
    await room.send();
    expect(server.arrived).toHaveLength(1);
    await room.webhooks.update(scope, id, { changes: { paused: false } });
    await room.send();
    expect(server.ids().slice(0, 2)).toStrictEqual([...ids, ...ids]);
  });

  it('is not sent to while it is paused, and gets all of it after', async () => {
    const { server, scope, tenant, id } = await registered(['user.created']);
    await room.webhooks.update(scope, id, { changes: { paused: true } });
    const ids = await room.happen(tenant, 'user.created', 'user.created');
    await room.send();
    expect(server.arrived).toStrictEqual([]);
    expect(await room.webhooks.test(scope, id)).toMatchObject({ ok: false, reason: 'paused' });
    await room.webhooks.update(scope, id, { changes: { paused: false } });
    await room.send();
    expect(server.ids().slice(0, 2)).toStrictEqual(ids);
  });
});

/** As a receiver checks it, by the specification and by nothing of ours. */
function isSignedBy(secret: string, { headers, text }: Arrived): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': said } = headers;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key)
    .update(`${String(id)}.${String(at)}.${text}`)
    .digest('base64');
  return String(said).split(' ').includes(`v1,${expected}`);
}

describe('a signature', () => {
  it('is by the secret that was shown; beside a new one, by the old one for a while', async () => {
    const { server, scope, tenant, id, secret } = await registered(['user.created']);
    await room.happen(tenant, 'user.created');
    await room.send();
    const rotated = await room.webhooks.rotate(scope, id, { overlap: HOUR });
    if (!rotated.ok) throw new Error(rotated.reason);
    const fresh = rotated.value.secret;
    await room.happen(tenant, 'user.created');
    await room.send();
    room.clock.pass(HOUR);
    await room.happen(tenant, 'user.created');
    await room.send();
    const [first, second, third] = server.arrived as [Arrived, Arrived, Arrived];
    const checked = [first, second, third].map((one) => [
      isSignedBy(secret, one),
      isSignedBy(fresh, one),
    ]);
    expect(checked).toStrictEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
    const now = Math.floor(room.clock.now().getTime() / 1000);
    expect(third.headers['webhook-timestamp']).toBe(String(now));
  });

  it('is by the new secret alone where no overlap was asked for', async () => {
    const { server, scope, tenant, id, secret } = await registered(['user.created']);
    const rotated = await room.webhooks.rotate(scope, id, { overlap: 0 });
    await room.happen(tenant, 'user.created');
    await room.send();
    const [arrived] = server.arrived as [Arrived];
    expect(isSignedBy(secret, arrived)).toBe(false);
    expect(rotated.ok && isSignedBy(rotated.value.secret, arrived)).toBe(true);
  });
});
