import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  claimsOf,
  createBench,
  ELSEWHERE,
  HOME,
  NOWHERE,
  OPERATION,
  OPERATOR,
  RESIDENTS,
  serveBench,
  tokenOf,
  type World,
} from '#src/features/access/bench.ts';
import { entryOf } from '#src/features/audit/entry.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { property } from '#src/testing/property.ts';

const TENANTS = [HOME, ELSEWHERE, OPERATOR, NOWHERE] as const;

const attempts = fc.record({
  // Only a super_admin gets any further.
  role: fc.constantFrom(...ROLES, 'super_admin' as const, 'super_admin' as const),
  tenant: fc.constantFrom(...TENANTS),
  where: fc.constantFrom('path', 'query', 'header', 'token'),
  scopes: fc.constantFrom('users:read', 'users:read users:create', 'roles:read', ''),
  reason: fc.constantFrom(undefined, 'A ticket.', 'Łódź asked: 搜索 №7'),
  reach: fc.constantFrom('tenant' as const, 'server' as const),
});

type Attempt = typeof attempts extends fc.Arbitrary<infer T> ? T : never;

function requestOf({ tenant, where, reason, reach }: Attempt, token: string) {
  const path = where === 'path' ? `/api/tenants/${tenant}` : '/api';
  return [
    `${path}/${reach}${where === 'query' ? `?tenant=${tenant}` : ''}`,
    {
      headers: {
        authorization: `Bearer ${token}`,
        ...(where === 'header' && { 'avian-tenant': tenant }),
        ...(reason !== undefined && { 'avian-reason': Buffer.from(reason).toString('latin1') }),
      },
    },
  ] as const;
}

function mayReach({ role, tenant, where, scopes, reason }: Attempt): boolean {
  const may = role === 'super_admin' && where !== 'token' && tenant !== NOWHERE;
  return may && scopes.includes('users:read') && reason !== undefined;
}

/** The one entry there is, as it is written. */
function written([event, ...others]: World['entries'], at: Date) {
  if (!event || others.length > 0) throw new Error('There is not exactly one entry.');
  return entryOf(event, { id: 'x', at, scope: event.scope ?? { kind: 'system', job: 'audit' } });
}

property(32, 'Cross-Tenant Access Logging', () => {
  it('writes down every attempt, whatever comes of it, with the tenant it was made from and the one it went to', async () => {
    const world = await createBench();
    const operations = {
      tenant: { ...OPERATION, id: 'tenant', reach: 'tenant' },
      server: { ...OPERATION, id: 'server', reach: 'server' },
    } as const;
    const { ask, runs } = await serveBench(world, operations.tenant, operations.server);
    const seen = { reached: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(attempts, async (attempt) => {
        const { role, tenant, where, scopes, reason } = attempt;
        const who = RESIDENTS[role];
        fc.pre(tenant !== who.tenantId);
        const over = { scope: scopes, ...(where === 'token' && { tenant_id: tenant }) };
        const token = await tokenOf(claimsOf(world, who, over), world.signing);
        const before = { entries: world.entries.length, runs: runs.length };
        const { status } = await ask(...requestOf(attempt, token));

        const entry = written(world.entries.slice(before.entries), world.clock.now());
        const reached = status === 200;
        seen[reached ? 'reached' : 'refused'] += 1;
        expect(entry).toMatchObject({
          actorKind: 'user',
          actorId: who.id,
          actorTenantId: who.tenantId,
          resourceType: 'tenant',
          resourceId: tenant,
          // What one was kept out of has nothing written into its log.
          tenantId: reached ? tenant : who.tenantId,
          outcome: reached ? 'success' : expect.not.stringMatching('success'),
        });
        expect(reached).toBe(mayReach(attempt));
        expect(runs.length - before.runs).toBe(reached ? 1 : 0);
        if (!reached) return;
        expect(entry).toMatchObject({
          action: 'access.tenant-reached',
          details: { operatorReason: reason },
        });
        expect(runs.at(-1)?.scope).toMatchObject({
          kind: 'administrator',
          tenantId: tenant,
          by: { home: OPERATOR, reason },
        });
      }),
      { numRuns: 250 },
    );
    expect(Math.min(seen.reached, seen.refused)).toBeGreaterThan(3);
  });

  it('lets a super_admin ask of the whole server where they name no tenant, and of their own without a reason', async () => {
    const world = await createBench();
    const { ask, runs } = await serveBench(world, { ...OPERATION, reach: 'server' });
    const token = await tokenOf(claimsOf(world, RESIDENTS.super_admin), world.signing);
    const headers = { authorization: `Bearer ${token}` };
    await ask('/api/things', { headers });
    await ask(`/api/things?limit=3&tenant=${OPERATOR}`, { headers });
    expect(runs).toMatchObject([
      { scope: { kind: 'operator' }, query: '' },
      { scope: { kind: 'administrator', tenantId: OPERATOR }, query: 'limit=3' },
    ]);
    expect(world.entries).toEqual([]);
  });
});
