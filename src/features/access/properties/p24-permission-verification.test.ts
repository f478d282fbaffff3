import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES } from '#src/kernel/roles.ts';
import { property } from '#src/testing/property.ts';
import { administratorAt } from '#src/testing/scopes.ts';
import { ALL, claimsOf, createBench, HOME, RESIDENTS, serveBench, tokenOf } from '../bench.ts';
import { PERMISSIONS, permissionsOf } from '../permissions.ts';
import { judge } from '../verdict.ts';

/** The hierarchy in the words of R5.1, by itself. */
const RANK = { user: 0, security_analyst: 1, tenant_admin: 2, super_admin: 3 };

const roles = fc.constantFrom(...ROLES);
const permissions = fc.constantFrom(...ALL);
const scopes = fc.subarray([...ALL, 'openid', 'users', 'users:*', '*', 'admin']);

property(24, 'Permission Verification', () => {
  it('allows an operation exactly when the role holds its permission and the token is for it', () => {
    fc.assert(
      fc.property(roles, permissions, scopes, (role, permission, granted) => {
        const by = administratorAt(HOME, role, { scopes: granted });
        const wanted = { operation: 'any', permission, reach: 'tenant', tenants: [] } as const;
        const may =
          RANK[role] >= RANK[PERMISSIONS[permission].from] && granted.includes(permission);
        expect(judge(by, wanted).may).toBe(may);
      }),
      { numRuns: 2000 },
    );
  });

  it('runs the operation of a request exactly then, for every role and permission', async () => {
    const world = await createBench();
    const operations = ALL.map((permission) => ({ id: permission.replace(':', '-'), permission }));
    const { ask, runs } = await serveBench(world, ...operations);
    for (const role of ROLES) {
      const [granted = []] = fc.sample(scopes, 1);
      const claims = claimsOf(world, RESIDENTS[role], { scope: granted.join(' ') });
      const headers = { authorization: `Bearer ${await tokenOf(claims, world.signing)}` };
      for (const { id, permission } of operations) {
        const before = runs.length;
        const { status, headers: said } = await ask(`/api/${id}`, { headers });
        const may =
          RANK[role] >= RANK[PERMISSIONS[permission].from] && granted.includes(permission);
        expect([status, runs.length - before]).toEqual(may ? [200, 1] : [403, 0]);
        const challenge = may
          ? undefined
          : expect.stringContaining(`error="insufficient_scope", scope="${permission}"`);
        expect(said['www-authenticate']).toEqual(challenge);
      }
    }
  });

  it('goes by the role somebody has now, whatever their token says', async () => {
    const world = await createBench();
    const { ask } = await serveBench(world, { id: 'things', permission: 'users:create' });
    const who = RESIDENTS.tenant_admin;
    await fc.assert(
      fc.asyncProperty(roles, fc.subarray([...ROLES, 'root']), async (now, claimed) => {
        world.roles.set(who.id, now);
        const claims = claimsOf(world, who, {
          roles: claimed,
          role: 'super_admin',
          permissions: ALL,
        });
        const headers = { authorization: `Bearer ${await tokenOf(claims, world.signing)}` };
        const { status } = await ask('/api/things', { headers });
        expect(status).toBe(RANK[now] >= RANK.tenant_admin ? 200 : 403);
      }),
      { numRuns: 40 },
    );
  });

  describe('each role', () => {
    it('has all that the one below it has, and more', () => {
      const sets = ROLES.map((role) => new Set<string>(permissionsOf(role)));
      for (const [above, set] of sets.entries()) {
        const below = [...(sets[above - 1] ?? [])];
        expect(below.filter((permission) => !set.has(permission))).toEqual([]);
        if (above > 0) expect(set.size).toBeGreaterThan(below.length);
      }
      expect(permissionsOf('user')).toEqual([]);
      expect(permissionsOf('super_admin')).toEqual(Object.keys(PERMISSIONS));
    });
  });

  it('opens no route whose permission is none there is', async () => {
    const { gate } = await createBench();
    for (const permission of ['users:fly', 'users', ':', 'toString:x'] as `${string}:${string}`[])
      expect(() => gate.require({ id: 'fly', permission })).toThrow(
        'fly takes no permission there is',
      );
  });
});
