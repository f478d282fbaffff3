import { randomUUID } from 'node:crypto';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_RESOURCE, holds, type Permission } from '#src/features/access/index.ts';
import { client } from '#src/infra/postgres/units.ts';
import { MINUTE } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { ROLES, type Role } from '#src/kernel/roles.ts';
import {
  ADMINISTRATION,
  type AnAdministrator,
  anAdministrator,
  type Call,
  type Caller,
  callerWith,
  operatorTenant,
} from '../administrator.ts';
import { managementRoutes, permissionFor, placeIn } from '../management.ts';
import { engineRoutes, type Route } from '../routes.ts';
import { signOutScreen } from '../screens/sign-out.ts';
import { type App, type Stage, setStage } from './stage.ts';

const ELSEWHERE = 'https://api.flock.example';

let stage: Stage;
let routes: readonly Route[];
let managing: App;
const people = new Map<Role, AnAdministrator>();

/** Tokens that have been good ones, or are for something else: of each role, from its one sign-in. */
const tokens = new Map<
  Role,
  Readonly<Record<'expired' | 'altered' | 'elsewhere' | 'ended', string>>
>();

beforeAll(async () => {
  stage = await setStage();
  routes = managementRoutes(stage.avian);
  const scopes = ['openid', 'offline_access', ...ADMINISTRATION];
  managing = await stage.app({ scopes, resources: [API_RESOURCE, ELSEWHERE] });
  for (const role of ROLES) people.set(role, await anAdministrator(stage, { role, app: managing }));
  stage.clock.pass(11 * MINUTE);
  for (const role of ROLES) await collect(role);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Another token of somebody who is signed in. */
async function another(
  { visitor, person }: Pick<AnAdministrator, 'visitor' | 'person'>,
  resource: string = API_RESOURCE,
) {
  const scope = ['openid', ...ADMINISTRATION].join(' ');
  return managing.signIn(visitor, person, { parameters: { resource, scope } });
}

async function collect(role: Role): Promise<void> {
  const one = of(role);
  const { access_token: elsewhere } = await another(one, ELSEWHERE);
  const { access_token: good } = await another(one);
  const away = await anAdministrator(stage, { role, app: managing });
  const { id: userId, tenantId } = away.person;
  await stage.avian.oidc.live.endOthers({ userId, tenantId }, 'none', { reason: 'test' });
  const middle = Math.floor(good.length / 2);
  const altered = `${good.slice(0, middle)}${good[middle] === 'A' ? 'B' : 'A'}${good.slice(middle + 1)}`;
  tokens.set(role, { expired: one.token, altered, elsewhere, ended: away.token });
  people.set(role, { ...one, token: good, call: callerWith(stage, good) });
}

function of(role: Role): AnAdministrator {
  const found = people.get(role);
  if (!found) throw new Error(`Nobody is a ${role}.`);
  return found;
}

function permissionOf(route: Route): Permission {
  const permission = permissionFor(stage.avian, route);
  if (!permission) throw new Error(`${route.path} names no permission.`);
  return permission;
}

type Asked = Awaited<ReturnType<typeof askAll>>[number];

/** Asks all of these at once, each of a tenant where it names one. */
async function askAll(call: Caller, tenant: string, asked = routes, way: Call = {}) {
  const one = async (route: Route) => {
    const { status, headers } = await call(route.method, placeIn(route, tenant), way);
    return { route, status, said: headers.get('www-authenticate') ?? '' };
  };
  return Promise.all(asked.map(one));
}

describe('every route below /api', () => {
  it('is an operation that names a permission there is, and each operation is such a route', async () => {
    const undeclared = routes.filter((route) => !permissionFor(stage.avian, route));
    expect(undeclared).toEqual([]);
    expect(routes.length).toBe(stage.avian.api.operations.length);
    const served = await engineRoutes(stage.url, new URL(stage.issuer).host);
    expect(served.filter(({ path }) => path.startsWith('/api'))).toEqual([]);
  });

  it('is shut to whoever brings no token', async () => {
    const answers = await askAll(callerWith(stage), randomUUID());
    expect(answers.filter(({ status }) => status !== 401)).toEqual([]);
    expect(answers.filter(({ said }) => !said.startsWith('Bearer realm='))).toEqual([]);
  });

  it.each(ROLES)(
    'is shut to a %s’s token that has expired, was altered, is for elsewhere, or whose session ended',
    async (role) => {
      const { tenantId } = of(role).person;
      for (const [what, token] of Object.entries(tokens.get(role) ?? {})) {
        const answers = await askAll(callerWith(stage, token), tenantId);
        const open = answers.filter(({ status }) => status !== 401);
        expect([what, ...open]).toEqual([what]);
      }
    },
  );

  it.each(ROLES)('is shut to a %s whose role lacks its permission', async (role) => {
    const { call, person } = of(role);
    const lacking = routes.filter((route) => !holds(role, permissionOf(route)));
    const answers = await askAll(call, person.tenantId, lacking);
    expect(answers.filter(({ status }) => status !== 403)).toEqual([]);
    const named = (route: Route) => `error="insufficient_scope", scope="${permissionOf(route)}"`;
    expect(answers.filter(({ route, said }) => !said.includes(named(route)))).toEqual([]);
  });

  it.each(ROLES)('is shut to a %s who names the tenant of somebody else', async (role) => {
    const { call } = of(role);
    const { id: tenant } = await stage.aTenant();
    const named = routes.filter(({ path }) => path.includes(':tenant'));
    const others = routes.filter((route) => !named.includes(route));
    const ways = { query: { query: { tenant } }, header: { headers: { 'avian-tenant': tenant } } };
    const answers = [
      ...(await askAll(call, tenant, named)),
      ...(await askAll(call, tenant, others, ways.query)),
      ...(await askAll(call, tenant, others, ways.header)),
    ];
    // A super_admin may, and is asked why.
    const refusal = ({ route }: Asked) => {
      if (role === 'super_admin') return 400;
      return named.includes(route) ? 404 : 403;
    };
    expect(answers.filter((answer) => answer.status !== refusal(answer))).toEqual([]);
  });

  it.each(ROLES)('lets a %s read what they may', async (role) => {
    const { call, person } = of(role);
    const lists = routes.filter(({ method, path }) => method === 'GET' && !path.includes(':'));
    const may = lists.filter((route) => holds(role, permissionOf(route)));
    const answers = await askAll(call, person.tenantId, may);
    // One or the other wants to be asked more precisely.
    expect(answers.filter(({ status }) => status !== 200 && status !== 400)).toEqual([]);
    expect(answers.some(({ status }) => status === 200)).toBe(role !== 'user');
  });
});

const roles = (call: AnAdministrator['call']) => call('GET', '/roles');

/** Asks the database as the server does. */
const inDatabase = (text: string, values: readonly unknown[]) =>
  stage.avian.core.units.run({ kind: 'system', job: 'test' }, async (unit) => {
    const found = await client(unit).query<Record<string, unknown>>(text, [...values]);
    return found.rows;
  });

describe('a token for the management API', () => {
  it('is no ID token, no refresh token, no token for UserInfo, and none for signing out', async () => {
    const person = await stage.aUser({ role: 'tenant_admin' });
    const scope = 'openid offline_access roles:read';
    const visitor = stage.visitor();
    const good = await managing.signIn(visitor, person, {
      parameters: { resource: API_RESOURCE, scope },
    });
    const plain = await managing.signIn(visitor, person, { parameters: { scope: 'openid' } });
    expect((await roles(callerWith(stage, good.access_token))).status).toBe(200);
    for (const token of [good.id_token, good.refresh_token, plain.access_token]) {
      expect(token).toMatch(/./);
      expect((await roles(callerWith(stage, token))).status).toBe(401);
    }
    const renewed = await managing.refresh(good.refresh_token ?? '', {
      parameters: { resource: API_RESOURCE },
    });
    expect((await roles(callerWith(stage, renewed.access_token))).status).toBe(200);
  });

  it('has no scope that the application was not registered for, nor one that is no permission', async () => {
    const app = await stage.app({
      scopes: ['openid', 'roles:read', 'fly'],
      resources: [API_RESOURCE, ELSEWHERE],
    });
    const person = await stage.aUser({ role: 'tenant_admin' });
    const parameters = { resource: API_RESOURCE, scope: 'openid roles:read users:read fly' };
    const { scope } = await app.signIn(stage.visitor(), person, { parameters });
    expect(scope?.split(' ').toSorted()).toEqual(['roles:read']);
  });

  it('goes on only as long as its person, tenant and application do, and with the role of now', async () => {
    const { call, person, app } = await anAdministrator(stage, { role: 'security_analyst' });
    const status = async () => (await roles(call)).status;
    expect(await status()).toBe(200);
    await inDatabase('update users set role = $2 where id = $1', [person.id, 'user']);
    expect(await status()).toBe(403);
    await inDatabase('update users set role = $2 where id = $1', [person.id, 'tenant_admin']);
    expect((await call('GET', '/clients')).status).toBe(200);

    await inDatabase(`update users set status = 'disabled' where id = $1`, [person.id]);
    expect(await status()).toBe(401);
    await inDatabase(`update users set status = 'active' where id = $1`, [person.id]);
    await inDatabase(`update tenants set status = 'suspended' where id = $1`, [person.tenantId]);
    expect(await status()).toBe(401);
    await inDatabase(`update tenants set status = 'active' where id = $1`, [person.tenantId]);
    expect(await status()).toBe(200);

    await inDatabase(`update clients set status = 'disabled' where id = $1`, [app.id]);
    // What is known of an application is remembered for some seconds.
    stage.clock.pass(6000);
    expect(await status()).toBe(401);
  });

  it('ends with the sign-out of its session', async () => {
    const { call, visitor, person } = await anAdministrator(stage, { role: 'tenant_admin' });
    expect((await roles(call)).status).toBe(200);
    const { id_token: hint = '' } = await another({ visitor, person });
    const asked = await visitor.open(managing.signOutUrl({ id_token_hint: hint }), {
      from: managing.home,
    });
    await signOutScreen(asked).yes();
    expect((await roles(call)).status).toBe(401);
  });

  it('still holds when the key that signed it retires', async () => {
    const { call } = await anAdministrator(stage, { role: 'tenant_admin' });
    await stage.avian.core.keys.rotate();
    await stage.avian.oidc.refreshKeys();
    expect((await roles(call)).status).toBe(200);
    const { call: other } = await anAdministrator(stage, { role: 'tenant_admin' });
    expect((await roles(other)).status).toBe(200);
  });

  it('that is bound to a key opens with a proof by it, once', async () => {
    const app = await stage.app({
      scopes: ['openid', 'roles:read'],
      resources: [API_RESOURCE],
      dpopBound: true,
    });
    const person = await stage.aUser({ role: 'tenant_admin' });
    const dpop = oidc.getDPoPHandle(app.provider, await oidc.randomDPoPKeyPair('ES256'));
    const parameters = { resource: API_RESOURCE, scope: 'openid roles:read' };
    const { access_token: token } = await app.signIn(stage.visitor(), person, { parameters, dpop });
    expect((await roles(callerWith(stage, token))).status).toBe(401);
    const url = new URL('/api/roles', stage.issuer);
    const answer = await oidc.fetchProtectedResource(
      app.provider,
      token,
      url,
      'GET',
      undefined,
      undefined,
      { DPoP: dpop },
    );
    expect(answer.status).toBe(200);
  });
});

describe('a machine', () => {
  const token = async (tenantId?: TenantId) => {
    const draft = { resources: [API_RESOURCE], scopes: ['roles:read', 'clients:read'] };
    const app = await stage.app({ kind: 'machine', ...draft, ...(tenantId && { tenantId }) });
    const asked = { resource: API_RESOURCE, scope: 'roles:read' };
    return (await oidc.clientCredentialsGrant(app.provider, asked)).access_token;
  };

  it('manages its tenant within its token’s scopes, and nothing where it has none', async () => {
    const { id } = await stage.aTenant();
    const [own, none] = [callerWith(stage, await token(id)), callerWith(stage, await token())];
    expect((await roles(own)).status).toBe(200);
    expect((await own('GET', '/clients')).status).toBe(403);
    expect((await roles(none)).status).toBe(403);
    await inDatabase(`update tenants set status = 'suspended' where id = $1`, [id]);
    expect((await roles(own)).status).toBe(401);
    const [entry] = await inDatabase(
      `select actor_kind as kind, action, outcome from audit_entries where tenant_id = $1
       order by at desc, id desc`,
      [id],
    );
    expect(entry).toEqual({
      kind: 'client',
      action: 'access.refused',
      outcome: 'tenant-suspended',
    });
  });

  it('of the operator’s tenant reaches others, for a reason', async () => {
    const call = callerWith(stage, await token(await operatorTenant(stage)));
    const { id: tenant } = await stage.aTenant();
    const headers = { 'avian-reason': 'A ticket.' };
    expect((await call('GET', '/roles', { query: { tenant } })).status).toBe(400);
    expect((await call('GET', '/roles', { query: { tenant }, headers })).status).toBe(200);
  });
});
