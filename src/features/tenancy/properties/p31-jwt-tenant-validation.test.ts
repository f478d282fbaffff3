import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  CLIENTS,
  claimsOf,
  createBench,
  ELSEWHERE,
  HOME,
  machineClaims,
  NOWHERE,
  OPERATION,
  OPERATOR,
  RESIDENTS,
  serveBench,
  tokenOf,
} from '#src/features/access/bench.ts';
import { property } from '#src/testing/property.ts';

const TENANTS = [HOME, ELSEWHERE, OPERATOR, NOWHERE] as const;

/** What somebody writes who has not got the id right, or hopes that it is read in another way. */
const odd = fc.constantFrom(
  '',
  ' ',
  'home',
  HOME.toUpperCase(),
  `${HOME} `,
  `${HOME}%00`,
  `{${HOME}}`,
  `${HOME},${ELSEWHERE}`,
);
const named = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<string>(...TENANTS) },
  { weight: 1, arbitrary: odd },
);
const maybe = fc.option(named, { nil: undefined, freq: 2 });
const managers = fc.constantFrom('security_analyst' as const, 'tenant_admin' as const);

property(31, 'JWT Tenant Validation', () => {
  it('lets a token in whose tenant is its user’s, and refuses every other, its role whatever it is', async () => {
    const world = await createBench();
    const { ask, runs } = await serveBench(world, OPERATION);
    const who = fc.constantFrom(
      'security_analyst' as const,
      'tenant_admin' as const,
      'super_admin' as const,
    );
    await fc.assert(
      fc.asyncProperty(who, fc.option(named, { nil: undefined }), async (role, tenant) => {
        const resident = RESIDENTS[role];
        const token = await tokenOf(
          claimsOf(world, resident, { tenant_id: tenant }),
          world.signing,
        );
        const before = runs.length;
        const { status } = await ask('/api/things', {
          headers: { authorization: `Bearer ${token}` },
        });
        const isOwn = tenant === resident.tenantId;
        expect([status, runs.length - before]).toEqual(isOwn ? [200, 1] : [401, 0]);
      }),
      { numRuns: 100 },
    );
  });

  it('holds a machine’s token against its application’s tenant, and a person’s against it too', async () => {
    const world = await createBench();
    const { ask, runs } = await serveBench(world, OPERATION);
    const robots = fc.constantFrom('robot' as const, 'operatorsRobot' as const);
    await fc.assert(
      fc.asyncProperty(robots, fc.option(named, { nil: undefined }), async (robot, tenant) => {
        const token = await tokenOf(
          machineClaims(world, robot, { tenant_id: tenant }),
          world.signing,
        );
        const before = runs.length;
        const { status } = await ask('/api/things', {
          headers: { authorization: `Bearer ${token}` },
        });
        const isOwn = tenant === CLIENTS[robot].tenantId;
        expect([status, runs.length - before]).toEqual(isOwn ? [200, 1] : [401, 0]);
      }),
      { numRuns: 60 },
    );
    const strays = claimsOf(world, RESIDENTS.tenant_admin, { client_id: 'elsewheres' });
    const token = await tokenOf(strays, world.signing);
    const { status } = await ask('/api/things', { headers: { authorization: `Bearer ${token}` } });
    expect(status).toBe(401);
  });

  it('refuses whoever is no super_admin a tenant that is not theirs: in the path, the query or the header', async () => {
    const world = await createBench();
    const { ask, runs } = await serveBench(world, OPERATION);
    await fc.assert(
      fc.asyncProperty(
        managers,
        fc.option(fc.constantFrom(...TENANTS), { nil: undefined }),
        maybe,
        maybe,
        async (role, path, query, header) => {
          const token = await tokenOf(claimsOf(world, RESIDENTS[role]), world.signing);
          const search = query === undefined ? '' : `?tenant=${encodeURIComponent(query)}`;
          const before = runs.length;
          const { status } = await ask(
            `${path ? `/api/tenants/${path}` : '/api'}/things${search}`,
            {
              headers: {
                authorization: `Bearer ${token}`,
                'avian-reason': 'A ticket.',
                ...(header !== undefined && { 'avian-tenant': header }),
              },
            },
          );
          // A header's value has no space around it.
          const all = [path, query, header?.trim()].filter((one) => one !== undefined);
          const strange = all.filter((one) => one !== HOME);
          const wanted = path !== undefined && path !== HOME ? 404 : 403;
          expect([status, runs.length - before]).toEqual(
            strange.length > 0 ? [wanted, 0] : [200, 1],
          );
          if (strange.length === 0)
            expect(runs.at(-1)).toMatchObject({
              scope: { kind: 'administrator', tenantId: HOME },
              query: '',
            });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes a tenant that is named twice for the one that is not theirs', async () => {
    const world = await createBench();
    const { ask, runs } = await serveBench(world, OPERATION);
    const token = await tokenOf(claimsOf(world, RESIDENTS.tenant_admin), world.signing);
    const headers = { authorization: `Bearer ${token}` };
    for (const [one, other] of [
      [HOME, ELSEWHERE],
      [ELSEWHERE, HOME],
    ]) {
      const query = await ask(`/api/things?tenant=${one}&tenant=${other}`, { headers });
      const header = await ask('/api/things', {
        headers: { ...headers, 'avian-tenant': [one ?? '', other ?? ''] },
      });
      expect([query.status, header.status]).toEqual([403, 403]);
    }
    expect(runs).toEqual([]);
  });
});
