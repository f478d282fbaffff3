import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createGrants, type Grants } from '#src/features/grants/index.ts';
import { createUserStore } from '#src/features/users/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, mark, NOON, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { clientId, type TenantId, type UserId } from '#src/kernel/ids.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { createGrantedStore } from './granted.pg.ts';

let bench: Bench;
let grants: Grants;
const store = createGrantedStore();
beforeAll(async () => {
  bench = await aBench();
  const { units } = bench;
  const clock = createTestClock(NOON);
  const audit = createAudit({ units, store: createAuditStore(), clock, ids: createIds() });
  grants = createGrants({ units, store, users: createUserStore(), audit, clock });
});
afterAll(() => bench[Symbol.asyncDispose]());

function run(text: string, ...values: unknown[]) {
  return bench.units.run(SYSTEM, (unit) => client(unit).query(text, values));
}

async function aClient(): Promise<string> {
  const id = `app${mark()}`;
  await run(
    `insert into clients (id, kind, name, redirect_uris, post_logout_redirect_uris, cors_origins, scopes,
       resources, created_at, updated_at)
     values ($1, 'web', 'Shop', '{}', '{}', '{}', '{}', '{}', $2, $2)`,
    ...[id, NOON],
  );
  return id;
}

/** Somebody said yes: the application may know their address, and read orders. */
async function aConsent(tenant: TenantId, user: UserId, app: string) {
  await run(
    `insert into consents (tenant_id, user_id, client_id, scopes, claims, resources, created_at, updated_at)
     values ($1, $2, $3, '{openid}', '{picture}', '[{"resource":"https://o.test","name":"read"}]', $4, $4)`,
    ...[tenant, user, app, NOON],
  );
}

/** The application holds a grant with a refresh token. */
async function aHolding(tenant: TenantId, user: UserId, app: string, hours = 1) {
  const [digest, until] = [mark(), new Date(NOON.getTime() + hours * 3_600_000)];
  const payload = { openid: { scope: 'openid email' }, resources: { 'https://o.test': 'write' } };
  const whose = [digest, tenant, user, app, JSON.stringify(payload), NOON, until];
  const columns = 'id_digest, tenant_id, user_id, client_id, payload, created_at, expires_at';
  await run(`insert into grants (${columns}) values ($1, $2, $3, $4, $5, $6, $7)`, ...whose);
  await run(
    `insert into refresh_tokens (${columns}, grant_digest) values ($1, $2, $3, $4, $5, $6, $7, $1)`,
    ...whose,
  );
}

async function left(app: string): Promise<readonly number[]> {
  const found = await run(
    `select (select count(*) from consents where client_id = $1)::int as consents,
       (select count(*) from grants where client_id = $1)::int as grants,
       (select count(*) from refresh_tokens where client_id = $1)::int as tokens`,
    app,
  );
  return Object.values(found.rows[0] ?? {}).map(Number);
}

describe('what people allowed', () => {
  it('is told of consents and of grants as one, whichever is there', async () => {
    const tenant = await bench.aTenant();
    const [ada, eve] = [await bench.aUser(tenant), await bench.aUser(tenant)];
    const [app, ours] = [await aClient(), await aClient()];
    await aConsent(tenant, ada.id, app);
    await aHolding(tenant, ada.id, app);
    await aHolding(tenant, ada.id, ours);
    await aHolding(tenant, eve.id, ours, -1);
    await aConsent(tenant, eve.id, app);

    const { items } = await grants.list(administratorOf(tenant), { limit: 10 });
    expect(items).toHaveLength(3);
    expect(items).toContainEqual({
      ...{ tenantId: tenant, userId: ada.id, clientId: app, inUse: true, allowedAt: NOON },
      ...{ scopes: ['email', 'openid'], claims: ['picture'] },
      resources: { 'https://o.test': ['read', 'write'] },
    });
    expect(items).toContainEqual(
      expect.not.objectContaining({ userId: ada.id, clientId: ours, allowedAt: NOON }),
    );
    expect(items).toContainEqual(
      expect.objectContaining({ userId: eve.id, clientId: app, inUse: false }),
    );
  });

  it('is listed once, page by page, by user or application, and that it was leaves an entry', async () => {
    const tenant = await bench.aTenant();
    const scope = administratorOf(tenant);
    const people = await Promise.all([0, 1, 2].map(() => bench.aUser(tenant)));
    const apps = await Promise.all([0, 1].map(() => aClient()));
    for (const { id } of people) {
      for (const app of apps) {
        await aConsent(tenant, id, app);
        await aHolding(tenant, id, app);
      }
    }
    const seen: string[] = [];
    let after: { userId: UserId; clientId: ReturnType<typeof clientId> } | undefined;
    do {
      const page = await grants.list(scope, { limit: 4, ...(after && { after }) });
      seen.push(...page.items.map((each) => `${each.userId} ${each.clientId}`));
      after = page.next;
    } while (after);
    expect(new Set(seen).size).toBe(6);
    expect(seen).toHaveLength(6);

    const [user = '', app = ''] = [people[0]?.id, apps[0]];
    expect((await grants.list(scope, { limit: 10, user })).items).toHaveLength(2);
    expect((await grants.list(scope, { limit: 10, client: app })).items).toHaveLength(3);
    const entries = await run(
      `select details from audit_entries where action = 'grant.read' and tenant_id = $1
         and details ? 'client' and actor_id = $2`,
      ...[tenant, scope.by.actor.id],
    );
    expect(entries.rows).toEqual([{ details: { client: app, count: 3 } }]);
  });

  it('ends whole when it is taken back: consent, grants and refresh tokens, of that pair alone', async () => {
    const tenant = await bench.aTenant();
    const scope = administratorOf(tenant);
    const [ada, eve] = [await bench.aUser(tenant), await bench.aUser(tenant)];
    const app = await aClient();
    for (const { id } of [ada, eve]) {
      await aConsent(tenant, id, app);
      await aHolding(tenant, id, app);
      await aHolding(tenant, id, app, -1);
    }
    const name = `${ada.id}.${app}`;
    expect(await left(app)).toEqual([2, 4, 4]);
    const endings = await Promise.all([grants.revoke(scope, name), grants.revoke(scope, name)]);
    expect(endings.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
    expect(await left(app)).toEqual([1, 2, 2]);
    const entries = await run(
      `select outcome, tenant_id, details from audit_entries where action = 'grant.revoked'
         and outcome = 'success' and resource_id = $1`,
      app,
    );
    expect(entries.rows).toMatchObject([
      { tenant_id: tenant, details: { user: ada.id, before: { scopes: ['email', 'openid'] } } },
    ]);
  });

  it('is out of reach of another tenant, and of who stands lower', async () => {
    const [tenant, stranger] = [await bench.aTenant(), await bench.aTenant()];
    const { id } = await bench.aUser(tenant);
    const app = await aClient();
    await aConsent(tenant, id, app);
    const theirs = administratorOf(stranger);
    expect((await grants.list(theirs, { limit: 10, client: app })).items).toEqual([]);
    const unknown = { ok: false, reason: 'unknown' };
    for (const name of [`${id}.${app}`, `${id}.`, app, '', `${id}.a\0b`]) {
      expect(await grants.revoke(theirs, name), name).toEqual(unknown);
    }
    await run(`update users set role = 'super_admin' where id = $1`, id);
    const below = await grants.revoke(administratorOf(tenant), `${id}.${app}`);
    expect(below).toEqual({ ok: false, reason: 'role-too-high' });
    expect(await left(app)).toEqual([1, 0, 0]);
    expect(await grants.revoke(operatorOf(tenant), `${id}.${app}`)).toMatchObject({ ok: true });
  });

  it('ends for everybody with its application', async () => {
    const tenant = await bench.aTenant();
    const { id } = await bench.aUser(tenant);
    const [app, other] = [await aClient(), await aClient()];
    for (const each of [app, other]) await aHolding(tenant, id, each);
    await bench.units.run(administratorOf(tenant), (unit) => store.revokeAll(unit, clientId(app)));
    expect(await left(app)).toEqual([0, 0, 0]);
    expect(await left(other)).toEqual([0, 1, 1]);
  });
});
