import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RegisteredClient } from '#src/features/clients/index.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { property } from '#src/testing/property.ts';
import {
  ALL,
  CLIENTS,
  claimsOf,
  createBench,
  ELSEWHERE,
  HOME,
  machineClaims,
  NOWHERE,
  OPERATOR,
  RESIDENTS,
  serveBench,
  tokenOf,
  type World,
} from '../bench.ts';

const tenants = fc.constantFrom<string>(HOME, ELSEWHERE, OPERATOR, NOWHERE, 'flock', '');
const operations = ALL.map((permission) => ({ id: permission.replace(':', '-'), permission }));

/** Somebody, what their token is for, what they ask for, and which tenants they name where. */
const knocks = fc.record({
  role: fc.option(fc.constantFrom(...ROLES), { nil: undefined }),
  machine: fc.constantFrom('robot' as const, 'operatorsRobot' as const, 'homelessRobot' as const),
  scopes: fc.oneof(fc.constant(ALL), fc.subarray([...ALL])),
  operation: fc.constantFrom(...operations),
  path: fc.option(tenants, { nil: undefined, freq: 2 }),
  query: fc.option(tenants, { nil: undefined, freq: 2 }),
  header: fc.option(tenants, { nil: undefined, freq: 2 }),
  reason: fc.constantFrom(undefined, 'A ticket.', '', '\u200b', 'x'.repeat(201)),
});
type Knock = typeof knocks extends fc.Arbitrary<infer T> ? T : never;

function claimsFor(world: World, { role, machine, scopes }: Knock) {
  const scope = scopes.join(' ');
  if (role) return claimsOf(world, RESIDENTS[role], { scope });
  const client: Partial<RegisteredClient> = CLIENTS[machine];
  return machineClaims(world, machine, { scope, tenant_id: client.tenantId });
}

async function requestOf(world: World, knock: Knock) {
  const { operation, path, query, header, reason } = knock;
  const token = await tokenOf(claimsFor(world, knock), world.signing);
  const place = path ? `/api/tenants/${path}/${operation.id}` : `/api/${operation.id}`;
  return [
    query === undefined ? place : `${place}?tenant=${query}`,
    {
      headers: {
        authorization: `Bearer ${token}`,
        ...(header !== undefined && { 'avian-tenant': header }),
        ...(reason !== undefined && { 'avian-reason': Buffer.from(reason).toString('latin1') }),
      },
    },
  ] as const;
}

property(28, 'Authorization Failure Logging', () => {
  it('leaves exactly one entry for every refusal, about who was refused, and none where nobody was', async () => {
    const world = await createBench();
    const { ask, runs } = await serveBench(world, ...operations);
    const seen = { refused: 0, passed: 0 };
    await fc.assert(
      fc.asyncProperty(knocks, async (knock) => {
        const before = { entries: world.entries.length, runs: runs.length };
        const { status } = await ask(...(await requestOf(world, knock)));
        const entries = world.entries.slice(before.entries);
        const ran = runs.length - before.runs;
        if (status === 200) {
          seen.passed += 1;
          const reached = runs.at(-1)?.scope.by.reason !== undefined;
          expect([ran, entries.map(({ action }) => action)]).toEqual([
            1,
            reached ? ['access.tenant-reached'] : [],
          ]);
          return;
        }
        seen.refused += 1;
        expect([400, 403, 404]).toContain(status);
        expect([ran, entries.length]).toEqual([0, 1]);
        const [entry] = entries;
        expect(entry?.action).toMatch(/^access\.(tenant-)?refused$/);
        expect(entry?.outcome).not.toBe('success');
        const who = knock.role
          ? { kind: 'user', id: RESIDENTS[knock.role].id }
          : { kind: 'client', id: knock.machine };
        expect(entry?.actor).toMatchObject(who);
        expect(entry?.origin).toMatchObject({
          address: expect.any(String),
          requestId: expect.any(String),
        });
      }),
      { numRuns: 250 },
    );
    // Neither ending is so rare that nothing was shown of it.
    expect(Math.min(seen.refused, seen.passed)).toBeGreaterThan(3);
  });

  it('leaves an entry for every token that was brought and proves nothing', async () => {
    const world = await createBench();
    const { ask } = await serveBench(world, ...operations);
    const claims = claimsOf(world, RESIDENTS.super_admin);
    const tokens = [
      'x',
      await tokenOf(claims, world.foreign),
      await tokenOf({ ...claims, sid: 'none' }, world.signing),
    ];
    for (const token of tokens)
      await ask('/api/users-read', { headers: { authorization: `Bearer ${token}` } });
    await ask('/api/users-read');
    const told = world.entries.map(({ action, outcome, actor }) => [action, outcome, actor?.kind]);
    expect(told).toEqual([
      ['access.token-refused', 'malformed', 'visitor'],
      ['access.token-refused', 'invalid', 'visitor'],
      ['access.token-refused', 'session-ended', 'visitor'],
    ]);
  });

  it('lets nobody through while entries cannot be written', async () => {
    const world = await createBench({ audited: false });
    const { ask, runs } = await serveBench(world, ...operations);
    await fc.assert(
      fc.asyncProperty(knocks, async (knock) => {
        const before = runs.length;
        const { status } = await ask(...(await requestOf(world, knock)));
        const isPlain = status === 200 && runs.at(-1)?.scope.by.reason === undefined;
        expect(isPlain || (status === 500 && runs.length === before)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
