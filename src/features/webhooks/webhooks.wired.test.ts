import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR } from '#src/kernel/clock.ts';
import { InvalidInput, Unavailable } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { versionOf } from '#src/kernel/version.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { aWebhooksBench, type WebhooksBench } from './bench.ts';
import { MOST } from './policy.ts';
import { LONGEST_WAIT } from './stream.ts';

let room: WebhooksBench;
let tenant: TenantId;
beforeAll(async () => {
  room = await aWebhooksBench();
});
beforeEach(async () => {
  tenant = await room.bench.aTenant();
});
afterAll(() => room[Symbol.asyncDispose]());

const DRAFT = { url: 'https://siem.example/in?key=sesame', description: 'SIEM', events: [] };

async function created(home: TenantId = tenant) {
  const made = await room.webhooks.create(administratorOf(home), DRAFT);
  if (!made.ok) throw new Error(made.reason);
  return { ...made.value, id: made.value.webhook.id };
}

const entriesOf = (id: string) =>
  room.ask<{ action: string; outcome: string; details: Record<string, unknown> }>(
    'select action, outcome, details from audit_entries where resource_id = $1 order by id',
    [id],
  );

describe('a webhook', () => {
  it('begins at the end of the log, active, with a secret that is nowhere to be read', async () => {
    await room.happen(tenant, 'user.created', 'user.deleted');
    const { id, secret, webhook } = await created();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toMatchObject({ tenantId: tenant, state: 'active', events: [] });
    const [row] = await room.ask<{ text: string; position: number }>(
      'select w::text as text, position from webhooks w where id = $1',
      [id],
    );
    expect(row?.position).toBe(2);
    expect(row?.text).not.toContain(secret.slice(6));
    const logged = JSON.stringify(await entriesOf(id));
    expect(logged).not.toContain('sesame');
    expect(logged).not.toContain(secret.slice(6));
  });

  it('is nobody’s business in another tenant', async () => {
    const { id } = await created();
    const stranger = administratorOf(await room.bench.aTenant());
    const { webhooks } = room;
    expect(await webhooks.find(stranger, id)).toBeUndefined();
    expect(await webhooks.standing(stranger, id)).toBeUndefined();
    expect((await webhooks.list(stranger, { limit: 10 })).items).toStrictEqual([]);
    const unknown = { ok: false, reason: 'unknown' };
    expect(await webhooks.update(stranger, id, { changes: { paused: true } })).toEqual(unknown);
    expect(await webhooks.remove(stranger, id)).toEqual(unknown);
    expect(await webhooks.rotate(stranger, id, {})).toEqual(unknown);
    expect(await webhooks.replay(stranger, id, 1)).toEqual(unknown);
    expect(await webhooks.test(stranger, id)).toEqual(unknown);
    expect(await webhooks.find(administratorOf(tenant), id)).toMatchObject({ state: 'active' });
  });

  it('of the server is an operator’s to see, and no tenant’s', async () => {
    const operator = operatorOf(tenant);
    const made = await room.webhooks.create(operator, DRAFT);
    const id = made.ok ? made.value.webhook.id : '';
    expect(await room.webhooks.find(administratorOf(tenant, 'super_admin'), id)).toBeUndefined();
    expect(await room.webhooks.find(operator, id)).not.toHaveProperty('tenantId');
    await room.webhooks.remove(operator, id);
    expect(await room.webhooks.find(operator, id)).toBeUndefined();
  });

  it('is changed as it was seen only, and the log has what changed, before and after', async () => {
    const { id, webhook } = await created();
    const scope = administratorOf(tenant);
    const seen = versionOf(webhook);
    const changes = { description: 'Ours', events: ['authentication'] };
    const updated = await room.webhooks.update(scope, id, { changes, version: seen });
    expect(updated).toMatchObject({ ok: true, value: changes });
    expect(await room.webhooks.update(scope, id, { changes, version: seen })).toEqual({
      ok: false,
      reason: 'changed',
    });
    expect(await room.webhooks.remove(scope, id, seen)).toEqual({ ok: false, reason: 'changed' });
    expect((await entriesOf(id)).slice(1)).toMatchObject([
      {
        action: 'webhook.updated',
        outcome: 'success',
        details: {
          before: { description: 'SIEM', events: [] },
          after: { description: 'Ours', events: ['authentication'] },
        },
      },
      { action: 'webhook.updated', outcome: 'changed' },
      { action: 'webhook.deleted', outcome: 'changed' },
    ]);
  });

  it('on an address that is not to be called is not registered', async () => {
    const url = 'https://169.254.169.254/latest';
    const scope = administratorOf(tenant);
    await expect(async () => room.webhooks.create(scope, { ...DRAFT, url })).rejects.toThrow(
      InvalidInput,
    );
    const { id } = await created();
    await expect(room.webhooks.update(scope, id, { changes: { url } })).rejects.toThrow(
      InvalidInput,
    );
  });

  it(`is one of ${MOST} in a tenant at most, each listed once, page by page`, async () => {
    const ids = [];
    for (let made = 0; made < MOST; made += 1) ids.push((await created()).id);
    const scope = administratorOf(tenant);
    expect(await room.webhooks.create(scope, DRAFT)).toEqual({ ok: false, reason: 'too-many' });
    const first = await room.webhooks.list(scope, { limit: MOST - 1 });
    const rest = await room.webhooks.list(scope, {
      limit: MOST,
      ...(first.next && { after: first.next }),
    });
    expect([...first.items, ...rest.items].map(({ id }) => id)).toStrictEqual(ids);
    expect(rest.next).toBeUndefined();
  });

  it('tells what waits for it, of what it asked for', async () => {
    const { id } = await created();
    const scope = administratorOf(tenant);
    await room.webhooks.update(scope, id, { changes: { events: ['user.created'], paused: true } });
    await room.happen(tenant, 'user.created', 'user.deleted', 'user.created');
    expect(await room.webhooks.standing(scope, id)).toMatchObject({
      state: 'paused',
      failures: 0,
      backlog: { counted: 2, isAll: true },
    });
  });
});

describe('the stream', () => {
  const scope = () => administratorOf(tenant);
  const take = (after: number, limit = 100) => room.stream.take(scope(), { after, limit, wait: 0 });
  const positions = (found: Awaited<ReturnType<typeof take>>) =>
    found.map(({ position }) => position);

  it('gives a tenant’s entries in order, to whoever says how far they have come', async () => {
    const ids = await room.happen(tenant, 'user.created', 'user.updated', 'user.deleted');
    await room.happen(await room.bench.aTenant(), 'user.created');
    const first = await take(0, 2);
    expect(first.map(({ entry }) => entry.id)).toStrictEqual(ids.slice(0, 2));
    const rest = await take(first.at(-1)?.position ?? 0, 1);
    expect(rest.map(({ entry }) => entry.id)).toStrictEqual(ids.slice(2));
  });

  it('that was read is in the log, and whoever follows it does not follow themselves', async () => {
    await room.happen(tenant, 'user.created');
    expect(positions(await take(0))).toStrictEqual([1]);
    await room.link();
    const own = await take(1);
    expect(own.map(({ entry }) => entry.action)).toStrictEqual(['audit.streamed']);
    expect(own[0]?.entry.details).toStrictEqual({ after: 0, count: 1, upTo: 1 });
    await room.link();
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const stream = room.anotherStream({ clock: told(resolve) });
    const waits = stream.take(scope(), { after: 2, limit: 10, wait: LONGEST_WAIT });
    await asked;
    await stream.beat();
    room.clock.pass(LONGEST_WAIT);
    await stream.beat();
    expect(await waits).toStrictEqual([]);
  });

  it('waits where there is nothing, and answers as soon as there is', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const stream = room.anotherStream({ clock: told(resolve) });
    const waits = stream.take(scope(), { after: 0, limit: 10, wait: LONGEST_WAIT });
    await asked;
    await stream.beat();
    const [id] = await room.happen(tenant, 'user.created');
    await stream.beat();
    expect((await waits).map(({ entry }) => entry.id)).toStrictEqual([id]);
  });

  it('lets nobody wait once the process is to stop', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const lifecycle = { stopping: false };
    const stream = room.anotherStream({ lifecycle, clock: told(resolve) });
    const waits = stream.take(scope(), { after: 0, limit: 10, wait: LONGEST_WAIT });
    await asked;
    lifecycle.stopping = true;
    await stream.beat();
    expect(await waits).toStrictEqual([]);
    expect(await stream.take(scope(), { after: 0, limit: 10, wait: LONGEST_WAIT })).toStrictEqual(
      [],
    );
  });

  it('lets so many wait and no more', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const stream = room.anotherStream({ most: 1, clock: told(resolve) });
    const waits = stream.take(scope(), { after: 0, limit: 10, wait: LONGEST_WAIT });
    await asked;
    await expect(stream.take(scope(), { after: 0, limit: 10, wait: LONGEST_WAIT })).rejects.toThrow(
      Unavailable,
    );
    room.clock.pass(HOUR);
    await stream.beat();
    expect(await waits).toStrictEqual([]);
  });

  /** The room's clock, and word of its being asked: somebody waits from now on. */
  function told(tell: () => void) {
    return {
      now() {
        tell();
        return room.clock.now();
      },
    };
  }
});
