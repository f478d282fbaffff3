import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_RESOURCE } from '#src/features/access/index.ts';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createResourceStore, createResources } from '#src/features/resources/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client as driver } from '#src/infra/postgres/units.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { clientId, type TenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { versionOf } from '#src/kernel/version.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { createClientAdministration } from './administration.ts';
import type { Client } from './client.ts';
import { createRegistering } from './registering.ts';
import { createClientSecrets } from './secret-rotation.ts';
import { COMMAND_LINE, createClients } from './service.ts';
import { createClientStore } from './store.pg.ts';

let bench: Bench;
let tenant: TenantId;
let stranger: TenantId;
beforeAll(async () => {
  bench = await aBench();
  [tenant, stranger] = [await bench.aTenant(), await bench.aTenant()];
});
afterAll(() => bench[Symbol.asyncDispose]());

const ids = createIds();
const digest = createDigest(randomBytes(32));

/** The room as one node has it; `removed` are the clients whose grants it was told to end. */
function aNode() {
  const { units } = bench;
  const clock = createTestClock();
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const resources = createResources({ units, store: createResourceStore(), audit, clock, ids });
  const parts = { units, store: createClientStore(), audit, clock, ids, digest, resources };
  const clients = createClients(parts);
  const managed = { ...parts, clients, registering: createRegistering(parts) };
  const removed: string[] = [];
  const followers = { removed: async (_: unknown, id: string) => void removed.push(id) };
  return {
    ...{ clock, resources, clients, removed },
    administration: createClientAdministration({ ...managed, followers }),
    secrets: createClientSecrets(managed),
  };
}
type Node = ReturnType<typeof aNode>;

const web = { kind: 'web', name: 'Shop', redirectUris: ['https://rp.test/cb'] };
const machine = { kind: 'machine', name: 'Job' };

async function aClient({ administration }: Node, scope: AdminScope, draft: object = web) {
  const made = await administration.create(scope, { ...web, ...draft });
  if (!made.ok) throw new Error(made.reason);
  return made.value;
}

function entriesOf(id: string): Promise<readonly Record<string, unknown>[]> {
  return bench.units.run(SYSTEM, async (unit) => {
    const found = await driver(unit).query(
      `select action, outcome, tenant_id, actor_id, details from audit_entries
       where resource_id = $1 order by at, id`,
      [id],
    );
    return found.rows;
  });
}

describe('an administrator’s client', () => {
  it('belongs to the tenant they are in, whatever the draft says, and to nobody in an operator’s scope', async () => {
    const node = aNode();
    const scope = administratorOf(tenant);
    const { client } = await aClient(node, scope, { tenantId: stranger });
    expect(client.tenantId).toBe(tenant);
    const shared = await aClient(node, operatorOf(tenant));
    expect(shared.client).not.toHaveProperty('tenantId');
    expect(await entriesOf(client.id)).toMatchObject([
      {
        action: 'client.created',
        outcome: 'success',
        tenant_id: tenant,
        actor_id: scope.by.actor.id,
      },
    ]);
  });

  it('is changed and judged as a whole; the log tells before and after, and nothing else', async () => {
    const node = aNode();
    const scope = administratorOf(tenant);
    const { client } = await aClient(node, scope);
    const { administration } = node;
    const changes = { name: 'Board', backchannelLogoutUri: 'https://rp.test/bye' };
    const updated = await administration.update(scope, client.id, { changes });
    expect(updated).toMatchObject({ ok: true, value: { ...changes, kind: 'web' } });
    expect(await administration.find(scope, client.id)).toStrictEqual(
      updated.ok ? updated.value : undefined,
    );
    const wrong = administration.update(scope, client.id, { changes: { redirectUris: [] } });
    await expect(wrong).rejects.toBeInstanceOf(InvalidInput);
    const [, entry] = await entriesOf(client.id);
    expect(entry).toMatchObject({ action: 'client.updated', outcome: 'success' });
    expect(entry?.['details']).toStrictEqual({ before: { name: 'Shop' }, after: changes });
  });

  it('is not changed by who saw it as it is no longer', async () => {
    const { administration, ...node } = aNode();
    const scope = administratorOf(tenant);
    const { client } = await aClient({ administration, ...node }, scope);
    const version = versionOf(client);
    const rename = (name: string) =>
      administration.update(scope, client.id, { changes: { name }, version });
    const endings = await Promise.all([rename('One'), rename('Two')]);
    expect(endings.map(({ ok }) => ok).toSorted()).toStrictEqual([false, true]);
    expect(endings).toContainEqual({ ok: false, reason: 'changed' });
  });

  it('is another tenant’s in no way: neither seen nor changed nor ended', async () => {
    const node = aNode();
    const { client } = await aClient(node, administratorOf(tenant));
    const { administration, secrets } = node;
    const theirs = administratorOf(stranger);
    const page = await administration.list(theirs, { limit: 100 });
    expect(page.items.map(({ id }) => id)).not.toContain(client.id);
    expect(await administration.find(theirs, client.id)).toBeUndefined();
    const unknown = { ok: false, reason: 'unknown' };
    const { id } = client;
    expect(await administration.update(theirs, id, { changes: { name: 'Mine' } })).toEqual(unknown);
    expect(await administration.setStatus(theirs, id, { status: 'disabled' })).toEqual(unknown);
    expect(await administration.remove(theirs, id)).toEqual(unknown);
    expect(await secrets.list(theirs, id)).toEqual(unknown);
    expect(await secrets.rotate(theirs, id, {})).toEqual(unknown);
    expect(await node.clients.find(id)).toMatchObject({ name: 'Shop', status: 'active' });
  });

  it('that all share is to be looked at in a tenant, without its secrets, and changed by an operator', async () => {
    const node = aNode();
    const { client } = await aClient(node, operatorOf(tenant));
    const { administration, secrets } = node;
    const scope = administratorOf(tenant);
    expect(await administration.find(scope, client.id)).toStrictEqual(client);
    const shared = { ok: false, reason: 'shared' };
    const renamed = { changes: { name: 'Ours' } };
    expect(await secrets.list(scope, client.id)).toEqual(shared);
    expect(await secrets.rotate(scope, client.id, {})).toEqual(shared);
    expect(await administration.update(scope, client.id, renamed)).toEqual(shared);
    expect(await administration.remove(scope, client.id)).toEqual(shared);
    expect(await administration.update(operatorOf(tenant), client.id, renamed)).toMatchObject({
      ok: true,
    });
  });

  it('disabled, is told so to this node at once; enabled, back again', async () => {
    const { administration, clients, ...node } = aNode();
    const scope = administratorOf(tenant);
    const { client } = await aClient({ administration, clients, ...node }, scope);
    await clients.find(client.id);
    await administration.setStatus(scope, client.id, { status: 'disabled' });
    expect(await clients.find(client.id)).toMatchObject({ status: 'disabled' });
    await administration.setStatus(COMMAND_LINE, client.id, { status: 'active' });
    expect(await clients.find(client.id)).toMatchObject({ status: 'active' });
  });

  it('deleted, is gone at once with its secrets, and what people allowed it ends in the same unit', async () => {
    const { administration, clients, removed, ...node } = aNode();
    const scope = administratorOf(tenant);
    const { client } = await aClient({ administration, clients, removed, ...node }, scope);
    await clients.find(client.id);
    expect(await administration.remove(scope, client.id)).toMatchObject({ ok: true });
    expect(await clients.find(client.id)).toBeUndefined();
    expect(removed).toStrictEqual([client.id]);
    const left = await bench.units.run(SYSTEM, (unit) =>
      createClientStore().secrets(unit, client.id),
    );
    expect(left).toStrictEqual([]);
  });
});

describe('a list of clients', () => {
  it('gives each that fits once, the newest first, page by page', async () => {
    const node = aNode();
    const scope = administratorOf(await bench.aTenant());
    const made: Client[] = [];
    for (const draft of [web, { ...machine, redirectUris: [] }, web, web, web]) {
      node.clock.pass(made.length % 2);
      made.push((await aClient(node, scope, draft)).client);
    }
    const disabled = made[4]?.id ?? '';
    await node.administration.setStatus(scope, disabled, { status: 'disabled' });

    const seen: Client[] = [];
    let after: { createdAt: Date; id: string } | undefined;
    do {
      const wanted = { limit: 2, ...(after && { after }) };
      const page = await node.administration.list(scope, wanted);
      seen.push(...page.items);
      after = page.next;
    } while (after);
    const idsOf = (clients: readonly Client[]) => clients.map(({ id }) => id).toSorted();
    expect(idsOf(seen)).toStrictEqual(idsOf(made));
    const times = seen.map(({ createdAt }) => createdAt.getTime());
    expect(times).toStrictEqual(times.toSorted((one, other) => other - one));

    const filtered = async (filter: object) => {
      const page = await node.administration.list(scope, { limit: 10, ...filter });
      return page.items.length;
    };
    expect(await filtered({ kind: 'machine' })).toBe(1);
    expect(await filtered({ status: 'active' })).toBe(4);
    expect(await filtered({ name: 'sHO' })).toBe(4);
    expect(await filtered({ name: '%' })).toBe(0);
  });
});

describe('a client with permissions', () => {
  const able = (...scopes: string[]) => ({
    ...{ ...machine, redirectUris: [], scopes, resources: [API_RESOURCE] },
  });

  it('is given none that its maker lacks, by making or by changing it (security case 155)', async () => {
    const { administration, ...node } = aNode();
    const scope = administratorOf(tenant);
    const tooHigh = { ok: false, reason: 'permission-too-high' };
    expect(await administration.create(scope, able('tenants:create'))).toEqual(tooHigh);
    const { client } = await aClient({ administration, ...node }, scope, able('users:read'));
    const changes = { scopes: ['users:read', 'tenants:create'] };
    expect(await administration.update(scope, client.id, { changes })).toEqual(tooHigh);
    expect((await administration.find(scope, client.id))?.scopes).toStrictEqual(['users:read']);
    expect((await entriesOf(client.id)).at(-1)).toMatchObject({
      action: 'client.updated',
      outcome: 'permission-too-high',
      details: { permission: 'tenants:create' },
    });
  });

  it('above their own gives its secret to nobody: a fresh one would be theirs to use', async () => {
    const { administration, secrets, ...node } = aNode();
    const above = administratorOf(tenant, 'super_admin');
    const { client } = await aClient(
      { administration, secrets, ...node },
      above,
      able('tenants:create'),
    );
    const tooHigh = { ok: false, reason: 'permission-too-high' };
    const scope = administratorOf(tenant);
    expect(await secrets.rotate(scope, client.id, {})).toEqual(tooHigh);
    expect(await administration.update(scope, client.id, { changes: { name: 'A' } })).toEqual(
      tooHigh,
    );
    expect(await administration.remove(scope, client.id)).toEqual(tooHigh);
  });

  it('gives a client that it makes none beyond its own registration', async () => {
    const { administration, ...node } = aNode();
    const scope = administratorOf(tenant);
    const own = able('clients:create', 'users:read');
    const { client } = await aClient({ administration, ...node }, scope, own);
    const actor = { kind: 'client', id: client.id, tenantId: tenant } as const;
    const by = administratorOf(tenant, 'tenant_admin', { actor });
    expect(await administration.create(by, able('users:read'))).toMatchObject({ ok: true });
    expect(await administration.create(by, able('users:delete'))).toMatchObject({ ok: false });
    const gone = { actor: { ...actor, id: clientId('gone') } };
    const nobody = administratorOf(tenant, 'tenant_admin', gone);
    expect(await administration.create(nobody, able('users:read'))).toMatchObject({ ok: false });
  });

  it('asks for permissions there are, and for nothing its registered APIs don’t offer', async () => {
    const { administration, resources } = aNode();
    const scope = administratorOf(tenant);
    const odd = administration.create(scope, able('users:praise'));
    await expect(odd).rejects.toBeInstanceOf(InvalidInput);
    const identifier = 'https://orders.test/offers';
    const scopes = [{ name: 'read', about: 'Read orders' }];
    await resources.create(scope, { identifier, name: 'Orders', scopes });
    const asking = (...wanted: string[]) =>
      administration.create(scope, { ...machine, resources: [identifier], scopes: wanted });
    expect(await asking('read')).toMatchObject({ ok: true });
    await expect(asking('read', 'write')).rejects.toBeInstanceOf(InvalidInput);
  });
});

describe('the secrets of a client', () => {
  async function aHolder(node: Node, scope: AdminScope) {
    const { client, secret = '' } = await aClient(node, scope);
    const held = [secret];
    const rotate = async (overlap?: number) => {
      const wanted = overlap === undefined ? {} : { overlap };
      const made = await node.secrets.rotate(scope, client.id, wanted);
      if (!made.ok) throw new Error(made.reason);
      held.push(made.value.secret);
      return made.value;
    };
    /** Which of them opens, the first first. */
    const opening = async () => {
      const found = await node.clients.find(client.id);
      return held.map((each) => found !== undefined && node.clients.holdsSecret(found, each));
    };
    return { client, held, rotate, opening };
  }

  it('are two during a change: the one before for a day, or as long as was told', async () => {
    const node = aNode();
    const { rotate, opening } = await aHolder(node, administratorOf(tenant));
    await rotate();
    expect(await opening()).toStrictEqual([true, true]);
    node.clock.pass(24 * HOUR);
    expect(await opening()).toStrictEqual([false, true]);
    await rotate(HOUR);
    node.clock.pass(HOUR - 1);
    expect(await opening()).toStrictEqual([false, true, true]);
    await rotate(0);
    expect(await opening()).toStrictEqual([false, false, false, true]);
  });

  it('are never three, however many rotations run at once', async () => {
    const node = aNode();
    const scope = administratorOf(tenant);
    const { client, rotate, opening } = await aHolder(node, scope);
    await Promise.all(Array.from({ length: 6 }, () => rotate()));
    expect((await opening()).filter((opens) => opens)).toHaveLength(2);
    const listed = await node.secrets.list(scope, client.id);
    expect(listed.ok && listed.value.map(({ expiresAt }) => expiresAt !== undefined)).toStrictEqual(
      expect.arrayContaining([true, false]),
    );
  });

  it('are listed without what they are, and end one by one', async () => {
    const node = aNode();
    const scope = administratorOf(tenant);
    const { client, held, rotate, opening } = await aHolder(node, scope);
    const { id } = await rotate();
    const listed = await node.secrets.list(scope, client.id);
    const text = JSON.stringify([listed, await entriesOf(client.id)]);
    for (const secret of held) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(digest.of('client-secret', secret));
    }
    expect(await node.secrets.revoke(scope, client.id, id)).toMatchObject({ ok: true });
    expect(await opening()).toStrictEqual([true, false]);
    const again = await node.secrets.revoke(scope, client.id, id);
    expect(again).toEqual({ ok: false, reason: 'no-such-secret' });
  });

  it('end when keys take their place, and can’t be had by a client without any', async () => {
    const node = aNode();
    const scope = administratorOf(tenant);
    const { client, opening } = await aHolder(node, scope);
    const key = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43) };
    await node.administration.update(scope, client.id, { changes: { jwks: { keys: [key] } } });
    expect(await opening()).toStrictEqual([false]);
    const none = { ok: false, reason: 'no-secrets' };
    expect(await node.secrets.rotate(scope, client.id, {})).toEqual(none);
  });
});
