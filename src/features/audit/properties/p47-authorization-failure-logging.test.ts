import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ALL,
  claimsOf,
  createBench,
  ELSEWHERE,
  HOME,
  machineClaims,
  RESIDENTS,
  serveBench,
  tokenOf,
} from '#src/features/access/bench.ts';
import { holds } from '#src/features/access/index.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { property } from '#src/testing/property.ts';
import { entryOf } from '../entry.ts';

const SYSTEM = { kind: 'system', job: 'audit' } as const;

property(47, 'Authorization Failure Logging', () => {
  it('names the permission that was missing, and in what, in the entry of every refusal', async () => {
    const world = await createBench();
    const operations = ALL.map((permission) => ({ id: permission.replace(':', '-'), permission }));
    const { ask } = await serveBench(world, ...operations);
    const people = fc.constantFrom(...ROLES).map((role) => ({ role, machine: undefined }));
    const machines = fc.constantFrom('robot' as const, 'homelessRobot' as const);
    const callers = fc.oneof(
      people,
      machines.map((machine) => ({ role: 'tenant_admin' as const, machine })),
    );
    await fc.assert(
      fc.asyncProperty(
        callers,
        fc.constantFrom(...operations),
        fc.subarray([...ALL]),
        fc.boolean(),
        async ({ role, machine }, { id, permission }, scopes, strays) => {
          const scope = scopes.join(' ');
          const home = machine === 'homelessRobot' ? undefined : HOME;
          const claims = machine
            ? machineClaims(world, machine, { scope, tenant_id: home })
            : claimsOf(world, RESIDENTS[role], { scope });
          const authorization = `Bearer ${await tokenOf(claims, world.signing)}`;
          const before = world.entries.length;
          const { status } = await ask(`/api/${id}${strays ? `?tenant=${ELSEWHERE}` : ''}`, {
            headers: { authorization },
          });
          fc.pre(status !== 200);

          const [event, ...others] = world.entries.slice(before);
          expect(others).toEqual([]);
          // As it is written: what the log does to an event leaves the names in it.
          const entry = event && entryOf(event, { id: 'x', at: world.clock.now(), scope: SYSTEM });
          expect(entry?.details).toMatchObject({ permission, operation: id });
          const isHeld = holds(role, permission);
          const has = isHeld && scopes.includes(permission);
          const refusal = { action: 'access.refused', outcome: 'permission-missing' };
          if (machine === 'homelessRobot') {
            expect(entry).toMatchObject({ action: 'access.refused', outcome: 'no-tenant' });
          } else if (has || (strays && role !== 'super_admin')) {
            expect(entry?.action).toBe('access.tenant-refused');
          } else {
            const missing = isHeld ? 'scope' : 'role';
            expect(entry).toMatchObject({ ...refusal, details: { missing, role } });
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
