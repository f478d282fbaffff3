import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, mark, NOON, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { SECOND } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { anAction } from './bench.ts';
import type { Action } from './catalogue.ts';
import type { AuditEvent } from './event.ts';
import { type AuditExport, createAuditExport } from './export.ts';
import type { ListedEntry } from './listed.ts';
import { createReadingStore } from './reading.pg.ts';
import { type AuditReading, createAuditReading, type Filter } from './reading.ts';
import { type Audit, createAudit } from './service.ts';
import { createAuditStore } from './store.pg.ts';

let bench: Bench;
let audit: Audit;
let reading: AuditReading;
let exports: AuditExport;
const clock = createTestClock();

beforeAll(async () => {
  bench = await aBench();
  const { units } = bench;
  audit = createAudit({ units, store: createAuditStore(), clock, ids: createIds() });
  const parts = { units, store: createReadingStore(), audit, clock };
  reading = createAuditReading(parts);
  exports = createAuditExport({ ...parts, limits: { most: 7, batch: 3 } });
});
afterAll(() => bench[Symbol.asyncDispose]());

function record(tenant: TenantId, event: Partial<AuditEvent> = {}): Promise<void> {
  return bench.units.run(inTenant(tenant), (unit) =>
    audit.record(unit, { action: 'user.updated', outcome: 'success', ...event }),
  );
}

/** So many entries, whose resources are numbered, the oldest first. */
async function recordMany(tenant: TenantId, count: number, from = 0): Promise<void> {
  for (let at = from; at < from + count; at += 1) {
    if (at % 3 === 0) clock.pass(SECOND);
    await record(tenant, { resource: { type: 'thing', id: String(at) } });
  }
}

const search = (scope: AdminScope, filter: Filter = {}, limit = 100) =>
  reading.search(scope, { filter, limit });

const numbers = (items: readonly ListedEntry[]) =>
  items.map(({ resource }) => Number(resource?.id));
const things: Filter = { resourceType: 'thing' };
const countdown = (from: number, to = 0) =>
  Array.from({ length: from - to }, (_, at) => from - 1 - at);

describe('searching the audit log', () => {
  it('shows the newest first, each once, while others are written', async () => {
    const tenant = await bench.aTenant();
    const scope = administratorOf(tenant, 'security_analyst');
    await recordMany(tenant, 11);

    const seen: number[] = [];
    let after: Parameters<AuditReading['search']>[1]['after'];
    do {
      const begin = after ? { after } : {};
      const page = await reading.search(scope, { filter: things, limit: 4, ...begin });
      seen.push(...numbers(page.items));
      after = page.next;
      await recordMany(tenant, 2, 100);
    } while (after);

    expect(seen).toStrictEqual(countdown(11));
  });

  it('says where there is no more', async () => {
    const tenant = await bench.aTenant();
    await recordMany(tenant, 3);
    const page = await search(administratorOf(tenant), things, 3);
    expect(page.items).toHaveLength(3);
    expect(page.next).toBeUndefined();
  });

  it('shows what every condition holds of, and nothing else', async () => {
    const tenant = await bench.aTenant();
    const events = fc.sample(anEvent, 60);
    for (const event of events) {
      clock.pass(SECOND);
      await record(tenant, event);
    }
    const { items: all } = await search(administratorOf(tenant));
    expect(all).toHaveLength(60);

    await fc.assert(
      fc.asyncProperty(aFilter, async (filter) => {
        const found = await search(administratorOf(tenant), { ...filter, to: clock.now() });
        const fits = all.filter((entry) => holds(entry, { ...filter, to: clock.now() }));
        // That it is read is written, too.
        const old = found.items.filter(({ action }) => action !== 'audit.read');
        expect(old).toStrictEqual(fits);
      }),
      { numRuns: 60 },
    );
  });

  const texts = fc.constantFrom('one', 'two');
  const anEvent: fc.Arbitrary<Partial<AuditEvent>> = fc.record({
    action: fc.constantFrom<Action>(
      'sign-in.refused',
      'session.ended',
      'user.updated',
      'user.read',
    ),
    outcome: fc.constantFrom('success', 'wrong-password'),
    actor: texts.map((id) => ({ kind: 'client', id })),
    resource: fc.record({ type: fc.constantFrom('user', 'thing'), id: texts }),
    origin: fc.record({ address: texts, requestId: texts }),
  });
  const aFilter: fc.Arbitrary<Filter> = fc.record(
    {
      from: fc.integer({ min: 0, max: 60 }).map((ago) => new Date(NOON.getTime() + ago * SECOND)),
      actions: fc.subarray<Action>(['sign-in.refused', 'user.updated', 'client.created']),
      category: fc.constantFrom('authentication', 'access'),
      ...{ actor: texts, resourceId: texts, requestId: texts, address: texts, user: texts },
      resourceType: fc.constantFrom('user', 'thing'),
      outcome: fc.constantFrom('success', 'wrong-password'),
    },
    { requiredKeys: [] },
  );

  function holds(entry: ListedEntry, filter: Filter): boolean {
    const { from, to, actions, user, ...equal } = filter;
    const { actor, resource, ...own } = entry;
    const flat: Readonly<Record<string, unknown>> = {
      ...{ ...own, actor: actor.id, resourceType: resource?.type, resourceId: resource?.id },
    };
    const at = Date.parse(entry.at);
    return [
      from === undefined || at >= from.getTime(),
      to === undefined || at < to.getTime(),
      actions === undefined || actions.some((action) => action === entry.action),
      user === undefined || [actor.id, resource?.id].includes(user),
      Object.entries(equal).every(([name, wanted]) => flat[name] === wanted),
    ].every(Boolean);
  }

  it('finds somebody by their address, as who did it and as whom it was done to', async () => {
    const tenant = await bench.aTenant();
    const person = await bench.aUser(tenant);
    await record(tenant, { actor: { kind: 'user', id: person.id, tenantId: tenant } });
    await record(tenant, { resource: { type: 'user', id: person.id } });
    await record(tenant);

    const scope = administratorOf(tenant);
    const mine: Filter = { actions: ['user.updated'], user: person.email.toUpperCase() };
    expect((await search(scope, mine)).items).toHaveLength(2);
    expect((await search(scope, { user: `nobody.${mark()}@example.com` })).items).toStrictEqual([]);
  });

  it('calls people, tenants and applications by the names they have', async () => {
    const tenant = await bench.aTenant();
    const [ada, app, shared] = [await bench.aUser(tenant), await anApp(tenant), await anApp()];
    await record(tenant, {
      actor: { kind: 'user', id: ada.id, tenantId: tenant },
      resource: { type: 'client', id: app },
    });
    await record(tenant, {
      actor: { kind: 'client', id: shared },
      resource: { type: 'tenant', id: tenant },
    });

    const { items } = await search(administratorOf(tenant));
    expect(items).toMatchObject([
      {
        actor: { kind: 'client', name: 'Everybody’s', email: null, tenant: null },
        resource: { type: 'tenant', id: tenant, name: 'Flock' },
        tenant: { id: tenant, name: 'Flock', slug: expect.stringMatching(/^flock-/) },
      },
      {
        actor: { id: ada.id, name: 'Ada', email: ada.email, tenant: { id: tenant, name: 'Flock' } },
        resource: { type: 'client', id: app, name: 'A Tenant’s', email: null },
      },
    ]);
  });

  it('says no name of another tenant’s people and applications, nor that tenant’s', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const [stranger, app] = [await bench.aUser(other), await anApp(other)];
    await record(own, {
      actor: { kind: 'user', id: stranger.id, tenantId: other },
      resource: { type: 'client', id: app },
    });

    const { items } = await search(administratorOf(own));
    expect(items).toMatchObject([
      {
        actor: { id: stranger.id, name: null, email: null },
        resource: { id: app, name: null },
      },
    ]);
    expect(items[0]?.actor.tenant).toStrictEqual({ id: other, slug: null, name: null });
  });

  /** An application of a tenant, or one that all share. */
  async function anApp(tenant?: TenantId): Promise<string> {
    const id = mark();
    const insert = `insert into clients (id, tenant_id, kind, name, redirect_uris, post_logout_redirect_uris,
        cors_origins, scopes, resources, created_at, updated_at)
      values ($1, $2, 'web', $3, '{}', '{}', '{}', '{}', '{}', $4, $4)`;
    const name = tenant === undefined ? 'Everybody’s' : 'A Tenant’s';
    await bench.units.run(SYSTEM, (unit) =>
      client(unit).query(insert, [id, tenant ?? null, name, NOON]),
    );
    return id;
  }

  it('shows a tenant its own entries only, and an operator all', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    const action = anAction();
    await record(own, { action });
    await record(other, { action });
    await audit.recordAlone({ action, outcome: 'success' });

    const tenantsIn = async (scope: AdminScope) =>
      (await search(scope, { actions: [action] })).items.map(({ tenant }) => tenant?.id ?? null);
    expect(await tenantsIn(administratorOf(own))).toStrictEqual([own]);
    expect(await tenantsIn(operatorOf(own))).toStrictEqual([null, other, own]);
  });

  it('writes down who read which entries, and how many', async () => {
    const tenant = await bench.aTenant();
    const [scope, person] = [administratorOf(tenant), await bench.aUser(tenant)];
    await record(tenant, { resource: { type: 'user', id: person.id } });
    clock.pass(SECOND);
    await search(scope, { user: person.email, outcome: 'success' });
    clock.pass(SECOND);
    await search(scope, { category: 'authentication' });

    const { items } = await search(scope, { actions: ['audit.read'] });
    expect(items).toMatchObject([
      {
        outcome: 'success',
        actor: { kind: 'user', id: scope.by.actor.id },
        resource: { type: 'tenant', id: tenant },
        details: { filter: { category: 'authentication' }, count: 0 },
      },
      {
        ...{ category: 'access', address: '192.0.2.7', requestId: 'a-request' },
        resource: { type: 'user', id: person.id },
        details: { filter: { user: person.email, outcome: 'success' }, count: 1 },
      },
    ]);
  });
});

describe('one entry', () => {
  it('is shown to its own tenant and to an operator, and to nobody else', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    await record(own);
    const { items } = await search(administratorOf(own));
    const id = items[0]?.id ?? '';

    expect(await reading.find(administratorOf(own), id)).toStrictEqual(items[0]);
    expect(await reading.find(operatorOf(other), id)).toStrictEqual(items[0]);
    expect(await reading.find(administratorOf(other), id)).toBeUndefined();
    expect(await reading.find(administratorOf(own), randomUUID())).toBeUndefined();
    expect(await reading.find(administratorOf(own), 'no id')).toBeUndefined();

    const looked = await search(administratorOf(other), { actions: ['audit.read'] });
    expect(looked.items).toMatchObject([
      { outcome: 'not-found', resource: { type: 'audit-entry', id } },
    ]);
  });
});

describe('taking the audit log away', () => {
  it('gives all that fit, the newest first, and none that is written after it was asked for', async () => {
    const tenant = await bench.aTenant();
    await recordMany(tenant, 7);
    const taken = await exports.take(administratorOf(tenant), { filter: things, format: 'jsonl' });
    await recordMany(tenant, 4, 50);
    expect(taken).toMatchObject({ count: 7 });
    expect(taken.next).toBeUndefined();
    const lines = (await text(taken.content)).split('\n').slice(0, -1);
    expect(numbers(lines.map((line) => JSON.parse(line) as ListedEntry))).toStrictEqual(
      countdown(7),
    );
  });

  it('ends at the most that a file holds, and goes on in the next', async () => {
    const tenant = await bench.aTenant();
    const scope = administratorOf(tenant);
    await recordMany(tenant, 10);
    const order = { filter: things, format: 'csv' } as const;
    const first = await exports.take(scope, order);
    const idsOf = async (content: Parameters<typeof text>[0]) =>
      (await text(content))
        .split('\r\n')
        .slice(1, -1)
        .map((row) => Number(row.split(',')[13]));

    expect(await idsOf(first.content)).toStrictEqual(countdown(10, 3));
    const rest = await exports.take(scope, { ...order, ...(first.next && { after: first.next }) });
    expect(await idsOf(rest.content)).toStrictEqual(countdown(3));
    expect(rest.next).toBeUndefined();
  });

  it('is written down before anything is given away, with what was asked for', async () => {
    const tenant = await bench.aTenant();
    await recordMany(tenant, 8);
    const scope = administratorOf(tenant);
    await exports.take(scope, { filter: things, format: 'csv' });
    const { items } = await search(scope, { actions: ['audit.exported'] });
    expect(items).toMatchObject([
      {
        ...{ outcome: 'success', resource: { type: 'tenant', id: tenant } },
        details: { filter: things, count: 7, format: 'csv', isCapped: true },
      },
    ]);
  });

  it('fetches no further than is taken, and holds no connection meanwhile', async () => {
    const tenant = await bench.aTenant();
    await recordMany(tenant, 7);
    const units = { begun: 0, ended: 0 };
    const counting: Units = {
      once: bench.units.once,
      async run(scope, work) {
        units.begun += 1;
        return bench.units.run(scope, work).finally(() => void (units.ended += 1));
      },
    };
    const counted = createAuditExport({
      ...{ units: counting, store: createReadingStore(), audit, clock },
      limits: { most: 7, batch: 1 },
    });
    const order = { filter: things, format: 'jsonl' } as const;
    const { content } = await counted.take(administratorOf(tenant), order);
    const lines = content.iterator();
    await lines.next();
    while (units.ended < units.begun) await setImmediate();

    expect(units.begun).toBeLessThan(5);
    await lines.return?.();
    expect(content.destroyed).toBe(true);
  });

  it('gives a tenant nothing of another', async () => {
    const [own, other] = [await bench.aTenant(), await bench.aTenant()];
    await recordMany(other, 3);
    const taken = await exports.take(administratorOf(own), { filter: things, format: 'jsonl' });
    expect(await text(taken.content)).toBe('');
  });
});
