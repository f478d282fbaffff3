import * as jose from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAdministrator } from '../administrator.ts';
import { type App, type Stage, setStage } from './stage.ts';

const API = 'https://api.flock.example';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const aMachine = (draft = {}) =>
  stage.app({ kind: 'machine', resources: [API], scopes: ['read', 'write'], ...draft });

describe('a machine', () => {
  it('gets a JWT for its resource, with what RFC 9068 asks of one', async () => {
    const tenant = await stage.aTenant();
    const app = await aMachine({ tenantId: tenant.id });
    const answer = await oidc.clientCredentialsGrant(app.provider, {
      resource: API,
      scope: 'read',
    });
    const { payload, protectedHeader } = await jose.jwtVerify(
      answer.access_token,
      jose.createRemoteJWKSet(new URL('/jwks', stage.url)),
      { issuer: stage.issuer, audience: API, typ: 'at+jwt', currentDate: stage.clock.now() },
    );
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
    expect(payload).toMatchObject({
      sub: app.id,
      client_id: app.id,
      scope: 'read',
      tenant_id: tenant.id,
      jti: expect.any(String),
      iat: Math.floor(stage.clock.now().getTime() / 1000),
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(600);
    expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'read' });
  });

  it('need not name the only resource it has', async () => {
    const app = await aMachine();
    const { access_token: token } = await oidc.clientCredentialsGrant(app.provider);
    expect(jose.decodeJwt(token).aud).toBe(API);
  });

  it('gets no token about a person', async () => {
    const app = await aMachine();
    const answer = await oidc.clientCredentialsGrant(app.provider, { resource: API });
    expect(answer).not.toHaveProperty('id_token');
    expect(answer).not.toHaveProperty('refresh_token');
  });

  it('gets no scope that it was not registered for', async () => {
    const app = await aMachine({ scopes: ['read'] });
    const asked = oidc.clientCredentialsGrant(app.provider, { resource: API, scope: 'read write' });
    const scope = await asked.then(
      (answer) => answer.scope,
      (refusal: { error?: string }) => refusal.error,
    );
    expect(['read', 'invalid_scope']).toContain(scope);
  });

  it('reaches no other resource', async () => {
    const app = await aMachine();
    const asked = oidc.clientCredentialsGrant(app.provider, { resource: 'https://other.example' });
    await expect(asked).rejects.toMatchObject({ error: 'invalid_target' });
  });

  it('is refused with a wrong secret, in the way RFC 6749 says', async () => {
    const app = await aMachine();
    const impostor = await stage.again(app, { authentication: oidc.ClientSecretBasic('guess') });
    await expect(oidc.clientCredentialsGrant(impostor.provider)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic', parameters: { error: 'invalid_client' } }],
    });
  });

  it('takes the place of no web application: it has no sign-in', async () => {
    const app = await aMachine();
    const url = `${stage.issuer}/auth?client_id=${app.id}&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fx.example%2F`;
    const page = await stage.visitor().open(url);
    expect(page.status).toBe(400);
    expect(page.url.origin).toBe(stage.issuer);
  });

  it('is told nothing at UserInfo', async () => {
    const app = await aMachine();
    const { access_token: token } = await oidc.clientCredentialsGrant(app.provider);
    const response = await fetch(new URL('/me', stage.url), {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
  });
});

describe('a JWT access token about a person', () => {
  it('names the tenant, the roles, the session and how they signed in', async () => {
    const person = await stage.aUser({ role: 'security_analyst' });
    const app = await stage.app(
      { resources: [API], scopes: ['openid', 'profile', 'email', 'read'] },
      { scope: 'openid read' },
    );
    const tokens = await app.signIn(stage.visitor(), person, { parameters: { resource: API } });
    const claims = jose.decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      iss: stage.issuer,
      aud: API,
      sub: person.id,
      client_id: app.id,
      scope: 'read',
      tenant_id: person.tenantId,
      roles: ['security_analyst'],
      sid: tokens.claims()?.['sid'],
      auth_time: tokens.claims()?.auth_time,
      acr: tokens.claims()?.['acr'],
      amr: ['pwd'],
    });
  });
});

describe('a machine that an administrator manages', () => {
  const token = (app: App, parameters: Record<string, string> = {}) =>
    oidc.clientCredentialsGrant(app.provider, parameters);
  const holding = (app: App, secret: string) =>
    stage.again(app, { authentication: oidc.ClientSecretBasic(secret) });

  async function scene() {
    const { id: tenantId } = await stage.aTenant();
    const [api, app] = await Promise.all([
      anAdministrator(stage, { role: 'tenant_admin', tenant: tenantId }),
      aMachine({ tenantId }),
    ]);
    return { ...api, app, path: `/clients/${app.id}` };
  }

  it('is registered with a secret shown once, and nobody else’s administrator finds it', async () => {
    const { call } = await scene();
    const body = { kind: 'machine', name: 'Job', scopes: ['read'], resources: [API] };
    const made = await call('POST', '/clients', { body });
    expect(made).toMatchObject({ status: 201, body: { ...body, secret: expect.any(String) } });
    const path = `/clients/${String(made.body['id'])}`;
    expect(made.headers.get('location')).toMatch(new RegExp(`/api${path}$`));
    const shown = await call('GET', path);
    expect(shown).toMatchObject({ status: 200, body });
    expect(shown.body).not.toHaveProperty('secret');
    const found = await call('GET', '/clients', { query: { kind: 'machine', limit: '1' } });
    expect(found.body).toMatchObject({ items: [{ kind: 'machine' }], next: expect.any(String) });

    const stranger = await scene();
    expect((await stranger.call('GET', path)).status).toBe(404);
    expect((await stranger.call('DELETE', path)).status).toBe(404);
    const reaching = { ...body, scopes: ['tenants:create'], resources: ['urn:avian:api'] };
    expect((await call('POST', '/clients', { body: reaching })).status).toBe(403);
    const taking = { ...body, tenantId: stranger.person.tenantId };
    expect((await call('POST', '/clients', { body: taking })).status).toBe(400);
  });

  it('gets no token by a secret that was rotated away, and one by the new', async () => {
    const { call, app, path } = await scene();
    const made = await call('POST', `${path}/secrets`, { body: { overlapSeconds: 0 } });
    expect(made.status).toBe(201);
    await expect(token(app)).rejects.toMatchObject({ status: 401 });
    const renewed = await holding(app, String(made.body['secret']));
    expect(await token(renewed)).toMatchObject({ token_type: 'bearer' });
    const listed = await call('GET', `${path}/secrets`);
    expect(listed.body).toMatchObject({ items: [{ id: made.body['id'], expiresAt: null }] });
    const secret = `${path}/secrets/${String(made.body['id'])}`;
    expect((await call('DELETE', secret)).status).toBe(204);
    await expect(token(renewed)).rejects.toMatchObject({ status: 401 });
  });

  it('gets none while it is disabled, nor once it is deleted', async () => {
    const { call, app, path } = await scene();
    await token(app);
    expect(await call('POST', `${path}/disable`)).toMatchObject({ body: { status: 'disabled' } });
    await expect(token(app)).rejects.toMatchObject({ status: 401 });
    const enabled = await call('POST', `${path}/enable`);
    await token(app);
    const headers = { 'if-match': '"another"' };
    expect((await call('DELETE', path, { headers })).status).toBe(412);
    const version = { 'if-match': enabled.headers.get('etag') ?? '' };
    expect((await call('DELETE', path, { headers: version })).status).toBe(204);
    await expect(token(app)).rejects.toMatchObject({ status: 401 });
  });

  it('gets none while its tenant is suspended, for whichever API', async () => {
    const { app, person } = await scene();
    await token(app);
    const operator = await anAdministrator(stage, { role: 'super_admin' });
    const act = (what: string) =>
      operator.call('POST', `/tenants/${person.tenantId}/${what}`, {
        headers: { 'avian-reason': 'A ticket.' },
      });
    expect(await act('suspend')).toMatchObject({ status: 200 });
    stage.clock.pass(5000);
    await expect(token(app)).rejects.toMatchObject({ status: 400, error: 'unauthorized_client' });
    expect(await act('resume')).toMatchObject({ status: 200 });
    stage.clock.pass(5000);
    await token(app);
  });

  it('is given no permission that the token of whoever registers it is not for', async () => {
    const scopes = ['clients:create', 'users:read'] as const;
    const { call } = await anAdministrator(stage, { role: 'tenant_admin', scopes });
    const body = { kind: 'machine', name: 'Job', resources: ['urn:avian:api'] };
    const made = (...wanted: string[]) =>
      call('POST', '/clients', { body: { ...body, scopes: wanted } });
    expect((await made('users:read')).status).toBe(201);
    expect((await made('users:read', 'users:delete')).status).toBe(403);
  });

  it('gets of its scopes those that its API offers, once that is registered', async () => {
    const { call, app, path } = await scene();
    expect(await token(app, { scope: 'read write' })).toMatchObject({ scope: 'read write' });
    const draft = { identifier: API, name: 'Flock', scopes: [{ name: 'read', about: 'Look' }] };
    const made = await call('POST', '/resources', { body: draft });
    expect(made).toMatchObject({ status: 201, body: { ...draft, builtIn: false } });
    stage.clock.pass(5000);
    expect(await token(app, { scope: 'read write' })).toMatchObject({ scope: 'read' });
    const body = { scopes: ['read', 'delete'] };
    expect((await call('PATCH', path, { body })).status).toBe(400);
    const listed = await call('GET', '/resources');
    expect(listed.body).toMatchObject({
      items: [{ identifier: API }, { identifier: 'urn:avian:api', builtIn: true }],
    });
    expect((await call('DELETE', '/resources/urn:avian:api')).status).toBe(403);
    expect((await call('DELETE', `/resources/${String(made.body['id'])}`)).status).toBe(204);
  });
});
