import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { type AnAdministrator, anAdministrator } from '#src/testing/administrator.ts';
import { type Stage, setStage } from '#src/testing/journeys/stage.ts';
import {
  anEstate,
  ask,
  type Estate,
  marksOf,
  mayAdmin,
  namesIn,
  never,
  saidIn,
  stateOf,
  targetsIn,
} from './properties/bench.ts';

const GIVEN = [200, 201, 202, 204];

let stage: Stage;
let own: Estate;
let other: Estate;
let stranger: AnAdministrator;
let owner: AnAdministrator;

beforeAll(async () => {
  stage = await setStage();
  [own, other] = [await anEstate(stage), await anEstate(stage)];
  stranger = await anAdministrator(stage, { role: 'tenant_admin', tenant: own.tenant });
  owner = await anAdministrator(stage, { role: 'tenant_admin', tenant: other.tenant });
});
afterAll(() => stage[Symbol.asyncDispose]());

const operations = () => stage.avian.api.operations;
const named = () => operations().filter(({ path }) => namesIn(path).length > 0);

it('answers for what is another tenant’s as for what never was, whatever is asked, and changes nothing', async () => {
  expect(named().length).toBeGreaterThan(30);
  const targets = await targetsIn(stage, other, named());
  const tenants = targets.map(({ tenant }) => tenant);
  const before = await stateOf(stage, ...tenants);
  for (const { operation, things, how } of targets) {
    const foreign = await ask(stranger, operation, things, how);
    const nobodys = await ask(stranger, operation, never(things), how);
    const status = mayAdmin(operation) || operation.path.includes(':tenant') ? 404 : 403;
    expect([operation.id, foreign.status]).toEqual([operation.id, status]);
    expect([operation.id, saidIn(foreign)]).toEqual([operation.id, saidIn(nobodys)]);
  }
  expect(await stateOf(stage, ...tenants)).toEqual(before);

  // What was kept from them is given to its own administrator.
  for (const { operation, things, how } of targets.filter((one) => mayAdmin(one.operation))) {
    const { status } = await ask(owner, operation, things, how);
    expect([operation.id, status]).toEqual([operation.id, expect.toBeOneOf(GIVEN)]);
  }
});

it('takes no parent of one’s own for another’s child, nor another’s parent for a child of one’s own', async () => {
  const nested = named().filter(({ path }) => namesIn(path).length > 1);
  expect(nested.length).toBeGreaterThan(0);
  const before = [await stateOf(stage, other.tenant)];
  for (const operation of nested) {
    const [parent = '', child = ''] = namesIn(operation.path);
    for (const things of [
      { [parent]: own.things[parent], [child]: other.things[child] },
      { [parent]: other.things[parent], [child]: own.things[child] },
    ]) {
      const answer = await ask(stranger, operation, things);
      expect([operation.id, answer.status]).toEqual([operation.id, 404]);
    }
  }
  expect([await stateOf(stage, other.tenant)]).toEqual(before);
});

/** The members that a list can be filtered by. */
function filtersOf({ query }: AnyOperation): readonly string[] {
  const shape: unknown = query && Reflect.get(query, 'shape');
  const names = typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
  return names.filter((name) => name !== 'limit' && name !== 'cursor');
}

it('lists and counts nothing of another tenant’s, whatever it is filtered by', async () => {
  const marks = await marksOf(stage, other.tenant);
  const values = [other.things['user'], other.things['client'], other.email, other.name];
  const lists = operations().filter(
    (operation) => operation.method === 'GET' && namesIn(operation.path).length === 0,
  );
  const asked = lists
    .filter(mayAdmin)
    .flatMap((operation) => filtersOf(operation).map((filter) => ({ operation, filter })))
    .flatMap((one) => values.map((value = '') => ({ ...one, value })));
  expect(asked.length).toBeGreaterThan(60);
  const seen = await Promise.all(
    asked.map(async ({ operation, filter, value }) => {
      const form = value.replace(other.email, 'x@x.test').replace(other.name, 'x0');
      const none = `${never({ value: form })['value']}`;
      const [answer, nobodys] = await Promise.all(
        [value, none].map((id) => ask(stranger, operation, {}, { query: { [filter]: id } })),
      );
      const shown = marks.filter((mark) => mark !== value && answer?.text.includes(mark));
      // The log has who asked before, and for what.
      const isTold = operation.tag !== 'Audit' && answer?.text !== nobodys?.text;
      const isLike = answer?.status === nobodys?.status && !(isTold && answer?.status === 200);
      return { operation: operation.id, filter, value, shown, isLike };
    }),
  );
  const known = new Set(values);
  const leaks = seen.filter(({ shown, isLike }) => !isLike || shown.some((it) => !known.has(it)));
  expect(leaks).toEqual([]);
});
