import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { client } from '#src/infra/postgres/units.ts';
import { type AnAdministrator, anAdministrator } from '#src/testing/administrator.ts';
import type { APerson } from '#src/testing/instance.ts';
import { type Stage, setStage } from '#src/testing/journeys/stage.ts';
import { property } from '#src/testing/property.ts';
import { actionsOf } from '../catalogue.ts';

let stage: Stage;
let readers: readonly AnAdministrator[];
let person: APerson;
/** Of each thing that a path can name, one that is there. */
let things: Readonly<Record<string, string>>;

beforeAll(async () => {
  stage = await setStage();
  const { id: tenant } = await stage.aTenant();
  readers = await Promise.all([
    anAdministrator(stage, { role: 'security_analyst', tenant }),
    anAdministrator(stage, { role: 'tenant_admin', tenant }),
    anAdministrator(stage, { role: 'super_admin' }),
  ]);
  person = await stage.aUser({ tenantId: tenant });
  await (await stage.app()).signIn(stage.visitor(), person);
  const [created] = await accesses('resource_id = $1', [person.id], 'user.created');
  things = { user: person.id, tenant, entry: created?.id ?? '' };
  // Who follows the log is shown what is in the chain by now, and waits where that is nothing.
  await stage.avian.jobs.find(({ name }) => name === 'audit-chain')?.run();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Configuration: about nobody, so that looking at it leaves no entry. */
const NOBODYS = /^\/(?:roles|clients|resources|webhooks)(?:\/|$)/;

/** Every operation that shows what is other people's; a new one is among them. */
function readings(): readonly AnyOperation[] {
  const { operations } = stage.avian.api;
  return operations.filter(({ method, path }) => method === 'GET' && !NOBODYS.test(path));
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor_id: string;
  readonly tenant_id: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

async function accesses(
  condition: string,
  values: readonly unknown[],
  ...actions: readonly string[]
): Promise<readonly Row[]> {
  const sql = `select id, action, outcome, actor_id, tenant_id, resource_id, details from audit_entries
    where ${condition} and action = any($${values.length + 1})`;
  return stage.avian.core.units.run({ kind: 'system', job: 'test' }, async (unit) => {
    return (await client(unit).query<Row>(sql, [...values, actions])).rows;
  });
}

/** Asks as somebody does; into the tenant, where it is not their own. */
async function ask(reader: AnAdministrator, { path }: AnyOperation, named = things) {
  const isElsewhere = reader.person.tenantId !== things['tenant'];
  const answer = await reader.call(
    'GET',
    path.replaceAll(/:(\w+)/g, (_, of: string) => named[of] ?? ''),
    {
      query: { ...(path === '/sessions' && { user: named['user'] ?? '' }) },
      headers: isElsewhere
        ? { 'avian-tenant': things['tenant'] ?? '', 'avian-reason': 'A ticket.' }
        : {},
    },
  );
  const requestId = answer.headers.get('x-request-id');
  const entries = await accesses('request_id = $1', [requestId], ...actionsOf('access'));
  return { status: answer.status, entries };
}

property(48, 'Data Access Logging', () => {
  it('has one entry of every reading of others’ data, that says who read what of whom', async () => {
    const all = readings().flatMap((operation) => readers.map((reader) => ({ operation, reader })));
    expect(all.length).toBeGreaterThan(20);
    for (const { operation, reader } of all) {
      const { status, entries } = await ask(reader, operation);
      const seen = { asked: operation.id, status, entries };
      const entry = {
        ...{ outcome: 'success', actor_id: reader.person.id, tenant_id: things['tenant'] },
      };
      const isAllowed = status === 200;
      // An analyst reads no tenants; whoever else asks may read everything.
      if (!isAllowed) expect([reader, status]).toStrictEqual([readers[0], 403]);
      expect(seen).toMatchObject({ entries: isAllowed ? [entry] : [] });
      if (isAllowed && operation.path.includes(':user'))
        expect(entries).toMatchObject([{ resource_id: person.id }]);
    }
  });

  it('has one of every reading of what is not there, too', async () => {
    const named = readings().filter(({ path }) => /:(?:user|entry)/.test(path));
    const reader = fc.constantFrom(...readers);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...named),
        reader,
        fc.uuid({ version: 7 }),
        async (operation, reader, id) => {
          const { status, entries } = await ask(reader, operation, { user: id, entry: id });
          expect({ asked: operation.id, status }).toStrictEqual({
            asked: operation.id,
            status: 404,
          });
          expect(entries).toMatchObject([{ resource_id: id, actor_id: reader.person.id }]);
          expect(entries[0]?.outcome).not.toBe('success');
        },
      ),
      { numRuns: 12 },
    );
  });
});
