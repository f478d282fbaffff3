import * as jose from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, setStage } from './stage.ts';

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
