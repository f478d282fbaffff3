import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { client } from '#src/infra/postgres/units.ts';
import { type AnAdministrator, anAdministrator } from '#src/testing/administrator.ts';
import { type Stage, setStage } from '#src/testing/journeys/stage.ts';
import { property } from '#src/testing/property.ts';
import {
  aHome,
  anEstate,
  ask,
  type Estate,
  SYSTEM,
  stateOf,
  type Target,
  targetsIn,
} from './bench.ts';

let stage: Stage;
let operator: AnAdministrator;
let estate: Estate;

beforeAll(async () => {
  stage = await setStage();
  operator = await anAdministrator(stage, { role: 'super_admin' });
  estate = await anEstate(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Everything that is done inside a tenant: one that makes another is done in none. */
const operations = () => stage.avian.api.operations.filter(({ id }) => id !== 'createTenant');

/** What one operation is asked for, in a tenant that nothing was done to yet. */
async function target(operation: AnyOperation): Promise<Target> {
  const home = {
    ...estate,
    tenant: operation.method === 'GET' ? estate.tenant : await aHome(stage),
  };
  const [found] = await targetsIn(stage, home, [operation]);
  if (!found) throw new Error(`Nothing is there to ask ${operation.id} for.`);
  return found;
}

/** Whoever reached whom, by one request. */
async function reaches(requestId: string | null) {
  return stage.avian.core.units.run(SYSTEM, async (unit) => {
    const sql = `select actor_id, actor_tenant_id, tenant_id, outcome, details from audit_entries
      where request_id = $1 and action like 'access.%'`;
    return (await client(unit).query(sql, [requestId])).rows;
  });
}

/** How a tenant is named that the path does not name. */
const ways = ['query', 'header'] as const;

async function reach(it: Target, way: (typeof ways)[number], reason?: string) {
  const { operation, tenant, things, how } = it;
  const isInPath = operation.path.includes(':tenant');
  const answer = await ask(operator, operation, things, {
    ...how,
    query: {
      ...(way === 'query' && !isInPath && { tenant }),
      ...(operation.id === 'listSessions' && { user: estate.things['user'] ?? '' }),
    },
    headers: {
      ...(way === 'header' && !isInPath && { 'avian-tenant': tenant }),
      ...(reason !== undefined && { 'avian-reason': Buffer.from(reason).toString('latin1') }),
    },
  });
  const entries = await reaches(answer.headers.get('x-request-id'));
  return { status: answer.status, entries };
}

property(26, 'Super Admin Cross-Tenant Access', () => {
  it('lets a super_admin read and act in every tenant for a reason, and has both tenants of each reach in the log', async () => {
    const all = operations();
    expect(all.length).toBeGreaterThan(40);
    const reasons = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const reason = reasons.map((said) => `Ticket ${said}`.replace(/\p{C}|\p{Z}/gu, ' ').trim());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.constantFrom(...ways),
        reason,
        async (operation, way, said) => {
          const it = await target(operation);
          const { status, entries } = await reach(it, way, said);
          expect([operation.id, status]).toEqual([
            operation.id,
            expect.toBeOneOf([200, 201, 202, 204]),
          ]);
          expect(entries).toEqual([
            {
              actor_id: operator.person.id,
              actor_tenant_id: operator.person.tenantId,
              tenant_id: it.tenant,
              outcome: 'success',
              details: expect.objectContaining({
                operation: operation.id,
                operatorReason: said.normalize('NFKC').replace(/\s+/g, ' '),
              }),
            },
          ]);
        },
      ),
      {
        numRuns: all.length,
        examples: all.map((it, at) => [it, ways[at % 2] ?? 'query', 'Ticket'] as const) as never,
      },
    );
  });

  it('lets them do nothing there without one, whatever it is', async () => {
    const targets = await targetsIn(stage, estate, operations());
    const tenants = targets.map(({ tenant }) => tenant);
    const before = await stateOf(stage, ...tenants);
    for (const it of targets) {
      for (const way of ways) {
        const { status } = await reach(it, way);
        expect([it.operation.id, status]).toEqual([it.operation.id, 400]);
      }
    }
    expect(await stateOf(stage, ...tenants)).toEqual(before);
  });
});
