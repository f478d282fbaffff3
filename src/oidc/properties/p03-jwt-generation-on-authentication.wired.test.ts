import fc from 'fast-check';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROLES } from '#src/kernel/roles.ts';
import { property } from '#src/testing/property.ts';
import { createRelyingApp } from '#src/testing/relying-app.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { CALLBACK, type Nodes, startNodes } from '../bench.ts';

property(3, 'JWT Generation on Authentication', () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes({ store: 'redis' });
  });
  afterAll(() => nodes[Symbol.asyncDispose]());

  const drafts = fc.record({
    idTokenAlg: fc.constantFrom('RS256' as const, 'ES256' as const),
    firstParty: fc.boolean(),
    kind: fc.constantFrom('web' as const, 'spa' as const),
    // super_admins belong to the operator's own tenant only (ADR 0002).
    role: fc.constantFrom(...ROLES.filter((role) => role !== 'super_admin')),
    scope: fc.subarray(['profile', 'email', 'offline_access', 'birds:read']),
    resource: fc.constantFrom('https://birds.example/api', 'urn:example:birds'),
  });

  it('brings an ID token and an access token about that person, for that client, each time', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, async ({ role, scope, resource, ...draft }) => {
        const person = await nodes.aUser({ role });
        const app = await nodes.anApp({
          ...draft,
          redirectUris: [CALLBACK],
          scopes: ['openid', 'profile', 'email', 'offline_access', 'birds:read'],
          resources: [resource],
        });
        const { issuer } = nodes.first;
        const relying = await createRelyingApp({
          issuer,
          client: { id: app.id, ...(app.secret !== undefined && { secret: app.secret }) },
          redirectUri: CALLBACK,
          idTokenAlg: draft.idTokenAlg,
          scope: ['openid', ...scope].join(' '),
        });
        const asked = { parameters: { resource } };
        const tokens = await relying.signIn(createVisitor(), person, asked);

        const keys = createRemoteJWKSet(new URL('/jwks', issuer));
        const id = await jwtVerify(tokens.id_token ?? '', keys, { issuer, audience: app.id });
        const access = await jwtVerify(tokens.access_token, keys, {
          issuer,
          audience: resource,
          typ: 'at+jwt',
        });
        const about = { sub: person.id, tenant_id: person.tenantId, roles: [role] };
        const sid = expect.stringMatching(/^[\w-]{21,}$/);
        const times = { iat: expect.any(Number), exp: expect.any(Number) };
        expect(id.protectedHeader.alg).toBe(draft.idTokenAlg);
        expect(id.payload).toMatchObject({
          ...about,
          ...times,
          sid,
          auth_time: expect.any(Number),
        });
        expect(access.payload).toMatchObject({
          ...about,
          ...times,
          sid: id.payload['sid'],
          client_id: app.id,
          jti: expect.any(String),
          auth_time: id.payload['auth_time'],
          amr: ['pwd'],
        });
        expect('name' in id.payload).toBe(scope.includes('profile'));
        expect('email' in id.payload).toBe(scope.includes('email'));
        expect(access.payload['scope']).toBe(
          scope.includes('birds:read') ? 'birds:read' : undefined,
        );
      }),
      { numRuns: 25 },
    );
  });
});
