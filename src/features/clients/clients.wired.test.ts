import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createResourceStore, createResources } from '#src/features/resources/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client as driver } from '#src/infra/postgres/units.ts';
import { later, SECOND } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { ClientId } from '#src/kernel/ids.ts';
import { createTestClock } from '#src/testing/clock.ts';
import type { ClientDraft } from './policy.ts';
import { createClients } from './service.ts';
import { createClientStore } from './store.pg.ts';

let bench: Bench;
const ids = createIds();
const digest = createDigest(randomBytes(32));
const store = createClientStore();

beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

function aRoom() {
  const { units } = bench;
  const clock = createTestClock(new Date('2030-01-01T12:00:00.678Z'));
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const resources = createResources({ units, store: createResourceStore(), audit, clock, ids });
  return { clock, clients: createClients({ units, store, audit, clock, ids, digest, resources }) };
}

const web: ClientDraft = { kind: 'web', name: 'Shop', redirectUris: ['https://rp.test/cb?a=1'] };

describe('clients', () => {
  it('keeps a registration to the letter, with nothing set and with everything', async () => {
    const { clients } = aRoom();
    const full: ClientDraft = {
      ...web,
      tenantId: await bench.aTenant(),
      postLogoutRedirectUris: ['https://rp.test/bye?a=%20'],
      backchannelLogoutUri: 'https://rp.test/logout',
      scopes: ['openid', 'email'],
      resources: ['urn:avian:api', 'https://api.test/'],
      firstParty: true,
      requirePkce: false,
      jwks: { keys: [{ kty: 'EC', crv: 'P-256', kid: 'a', x: 'A'.repeat(43), y: 'B'.repeat(43) }] },
      idTokenAlg: 'ES256',
      requirePar: true,
      dpopBound: true,
      corsOrigins: ['https://rp.test'],
      claimsAtUserinfo: true,
    };
    for (const draft of [web, full]) {
      const { client } = await clients.create(draft);
      const found = await clients.find(client.id);
      expect(found).toStrictEqual({
        ...client,
        suspended: false,
        registered: [],
        secretDigests: found?.secretDigests,
      });
      expect(await clients.list()).toContainEqual(client);
    }
  });

  it('lets a new one be found at once by a server that has looked for it before', async () => {
    const { clients } = aRoom();
    const { client } = await aRoom().clients.create(web);
    expect(await clients.find(client.id)).toMatchObject({ id: client.id });
  });

  it('gives web and machine clients a secret that is told once and kept as a digest', async () => {
    const { clients } = aRoom();
    const { client, secret = '' } = await clients.create({ kind: 'machine', name: 'Job' });
    const found = await clients.find(client.id);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(found)).not.toContain(secret);
    expect(found && clients.holdsSecret(found, secret)).toBe(true);
    expect(found && clients.holdsSecret(found, `${secret}x`)).toBe(false);
    expect(found && clients.holdsSecret(found, found.secretDigests[0]?.digest ?? '')).toBe(false);
  });

  it.each(['spa', 'native'])('gives a %s application none', async (kind) => {
    const { clients } = aRoom();
    const { client, secret } = await clients.create({ ...web, kind });
    expect(secret).toBeUndefined();
    expect((await clients.find(client.id))?.secretDigests).toStrictEqual([]);
  });

  it('takes two secrets during a change, and the old one until it expires', async () => {
    const { clock, clients } = aRoom();
    const { client, secret = '' } = await clients.create(web);
    const expiresAt = later(clock.now(), 10 * SECOND);
    await expire(client.id, expiresAt);
    await bench.units.run(SYSTEM, (unit) =>
      store.insertSecret(unit, {
        id: ids.uuid(),
        clientId: client.id,
        digest: digest.of('client-secret', 'the new one'),
        createdAt: clock.now(),
      }),
    );
    const found = await clients.find(client.id);
    if (!found) throw new Error('The client is gone');
    const held = () => [secret, 'the new one'].map((each) => clients.holdsSecret(found, each));
    expect(held()).toStrictEqual([true, true]);
    clock.pass(10 * SECOND);
    expect(held()).toStrictEqual([false, true]);
  });

  it('learns of a change within five seconds', async () => {
    const { clock, clients } = aRoom();
    const { client } = await clients.create(web);
    await clients.find(client.id);
    await bench.units.run(SYSTEM, (unit) =>
      driver(unit).query(`update clients set status = 'disabled' where id = $1`, [client.id]),
    );
    expect(await clients.find(client.id)).toMatchObject({ status: 'active' });
    clock.pass(5 * SECOND);
    expect(await clients.find(client.id)).toMatchObject({ status: 'disabled' });
  });

  it.each(['', 'nobody', 'a\0b', '\ud800', "' or 1=1 --", 'a'.repeat(100_000)])(
    'finds nobody by %j',
    async (id) => {
      expect(await aRoom().clients.find(id)).toBeUndefined();
    },
  );

  it('enters who was registered, and no secret', async () => {
    const { clients } = aRoom();
    const tenantId = await bench.aTenant();
    const { client, secret = '' } = await clients.create({ ...web, tenantId });
    const found = await bench.units.run(SYSTEM, (unit) =>
      driver(unit).query(
        `select action, tenant_id, details::text from audit_entries where resource_id = $1`,
        [client.id],
      ),
    );
    expect(found.rows).toMatchObject([{ action: 'client.created', tenant_id: tenantId }]);
    expect(JSON.stringify(found.rows)).not.toContain(secret);
    expect(JSON.stringify(found.rows)).not.toContain(digest.of('client-secret', secret));
  });

  it('writes nothing of a draft that cannot be', async () => {
    const { clients } = aRoom();
    const before = await clients.list();
    const wrong = clients.create({ ...web, redirectUris: ['https://*.rp.test/'] });
    await expect(wrong).rejects.toBeInstanceOf(InvalidInput);
    expect(await clients.list()).toStrictEqual(before);
  });

  it('names them readably and without end', async () => {
    const { clients } = aRoom();
    const made = await Promise.all(Array.from({ length: 20 }, () => clients.create(web)));
    const names = made.map(({ client }) => client.id);
    expect(new Set(names).size).toBe(20);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]{24}$/);
  });
});

function expire(id: ClientId, at: Date): Promise<unknown> {
  return bench.units.run(SYSTEM, async (unit) => {
    // As the schema's owner: the product itself makes no secret expire yet.
    await driver(unit).query('reset role');
    await driver(unit).query(`select set_config('avian.scope', 'system', true)`);
    await driver(unit).query('update client_secrets set expires_at = $2 where client_id = $1', [
      id,
      at,
    ]);
  });
}
