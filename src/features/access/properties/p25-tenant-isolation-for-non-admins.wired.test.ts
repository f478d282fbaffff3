import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLANTERS, plant, rowsOf } from '#src/features/tenancy/bench.ts';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { aBench, type Bench } from '#src/infra/postgres/bench.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { type AnAdministrator, anAdministrator, type Call } from '#src/testing/administrator.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { type Stage, setStage } from '#src/testing/journeys/stage.ts';
import { property } from '#src/testing/property.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import { aUse } from '#src/testing/uses.ts';
import {
  anEstate,
  ask,
  type Estate,
  marksOf,
  SYSTEM,
  saidIn,
  sent,
  stateOf,
  TABLES,
} from './bench.ts';

const CONFINED = ROLES.filter((role) => role !== 'super_admin');

let stage: Stage;
let own: Estate;
let other: Estate;
let marks: readonly string[];
let callers: readonly AnAdministrator[];
/** What each operation that changes something is sent. */
let bodies: Readonly<Record<string, object>>;
let database: TestDatabase;
let bench: Bench;

beforeAll(async () => {
  stage = await setStage();
  [own, other] = [await anEstate(stage), await anEstate(stage)];
  const people = CONFINED.map((role) => anAdministrator(stage, { role, tenant: own.tenant }));
  callers = await Promise.all(people);
  const taking = stage.avian.api.operations.filter(({ body, method }) => body && method !== 'GET');
  const uses = taking.map(async ({ id }) => {
    const { body = {} } = await aUse(stage, own.tenant, id);
    return [id, body] as const;
  });
  bodies = Object.fromEntries(await Promise.all(uses));
  marks = await marksOf(stage, other.tenant);
  database = await anOwnDatabase();
  bench = await aBench({ url: database.url });
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

const NAMES = ['user', 'client', 'resourceId', 'actor', 'email', 'name', 'status', 'limit'];

/** A request that mixes what is theirs with what is another tenant's, wherever it can name anything. */
const requests = () => {
  const from = (one: 'own' | 'other') => (one === 'own' ? own : other);
  const whose = fc.constantFrom<'own' | 'other'>('own', 'other');
  const values = whose.chain((one) =>
    fc.constantFrom(...Object.values(from(one).things), from(one).email, from(one).name, '5'),
  );
  const words = fc.dictionary(fc.constantFrom(...NAMES), values, { maxKeys: 2 });
  const { operations } = stage.avian.api;
  const reading = operations.filter(({ method }) => method === 'GET');
  const tenant = fc.option(
    whose.map((one) => from(one).tenant),
    { nil: undefined, freq: 2 },
  );
  return fc
    .record({
      operation: fc.oneof(fc.constantFrom(...reading), fc.constantFrom(...operations)),
      caller: fc.oneof(
        { weight: 3, arbitrary: fc.constant(callers.at(-1)) },
        fc.constantFrom(...callers),
      ),
      params: fc.record(Object.fromEntries(Object.keys(own.things).map((name) => [name, whose]))),
      query: words,
      // Most bodies take no member they don't know.
      body: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, words),
      named: fc.record({ query: tenant, header: tenant }),
    })
    .map(({ params, ...request }) => {
      const things = Object.entries(params).map(([name, one]) => [name, from(one).things[name]]);
      return Object.assign(request, { things: Object.fromEntries(things) as Estate['things'] });
    });
};

type Request = ReturnType<typeof requests> extends fc.Arbitrary<infer T> ? T : never;

/** Whether it can be asked for by a member of that name. */
function isIn({ query }: AnyOperation, name: string): boolean {
  return (
    query
      ?.safeParse({ [name]: [] })
      .error?.issues.every(({ code }) => code !== 'unrecognized_keys') ?? false
  );
}

function wayOf({ operation, query, body, named }: Request): Call {
  const asked = {
    ...Object.fromEntries(Object.entries(query).filter(([name]) => isIn(operation, name))),
    ...(named.query !== undefined && { tenant: named.query }),
  };
  return {
    query: asked,
    ...sent(operation, { ...bodies[operation.id], ...body }),
    ...(named.header !== undefined && { headers: { 'avian-tenant': named.header } }),
  };
}

/** The log tells them what they asked for before. */
const isLog = ({ tag }: AnyOperation) => tag === 'Audit';

property(25, 'Tenant Isolation for Non-Admins', () => {
  it('shows nobody below super_admin anything of another tenant, whatever they ask, and changes nothing there', async () => {
    const before = await stateOf(stage, other.tenant);
    const given = JSON.stringify([other.things, other.email, other.name]);
    let [answered, reaching] = [0, 0];
    await fc.assert(
      fc.asyncProperty(requests(), async (request) => {
        const { operation, caller, things } = request;
        if (!caller) throw new Error('There is nobody to ask.');
        const way = wayOf(request);
        const answer = await ask(caller, operation, things, way);
        answered += answer.status === 200 ? 1 : 0;
        reaching += Object.values(request.named).includes(other.tenant) ? 1 : 0;
        const words = JSON.stringify([things, way]);
        const isOwnWord = (mark: string) =>
          words.includes(mark) || (isLog(operation) && given.includes(mark));
        const shown = marks.filter((mark) => saidIn(answer).includes(mark) && !isOwnWord(mark));
        expect({ operation: operation.id, status: answer.status, shown }).toEqual({
          operation: operation.id,
          status: expect.not.toBeOneOf([500, 503]),
          shown: [],
        });
      }),
      { numRuns: 200 },
    );
    expect(answered).toBeGreaterThan(10);
    expect(reaching).toBeGreaterThan(20);
    expect(await stateOf(stage, other.tenant)).toEqual(before);
  });

  it('opens every unit of an administrator to the rows of one tenant, all of them and no other, in every table', async () => {
    const plans = fc.array(
      fc.record(Object.fromEntries(Object.keys(PLANTERS).map((table) => [table, fc.nat(2)]))),
      { minLength: 2, maxLength: 3 },
    );
    const role = fc.constantFrom(...ROLES);
    const look = (scope: typeof SYSTEM | ReturnType<typeof administratorOf>) =>
      bench.units.run(scope, async (unit) => {
        const seen: Record<string, Awaited<ReturnType<typeof rowsOf>>> = {};
        for (const table of TABLES) seen[table] = await rowsOf(unit, table);
        return seen;
      });
    await fc.assert(
      fc.asyncProperty(plans, role, async (households, held) => {
        const tenants: TenantId[] = [];
        for (const plan of households) {
          const tenant = await bench.aTenant();
          await bench.units.run(SYSTEM, (unit) => plant(unit, tenant, plan));
          tenants.push(tenant);
        }
        const all = await look(SYSTEM);
        for (const tenant of tenants) {
          const seen = await look(administratorOf(tenant, held));
          const theirs = TABLES.map((table) => [
            table,
            all[table]?.filter((row) => row.tenant === tenant),
          ]);
          expect(seen).toStrictEqual(Object.fromEntries(theirs));
        }
      }),
      { numRuns: 10 },
    );
  });
});
