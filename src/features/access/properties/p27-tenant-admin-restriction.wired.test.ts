import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { client } from '#src/infra/postgres/units.ts';
import {
  type AnAdministrator,
  anAdministrator,
  operatorTenant,
} from '#src/testing/administrator.ts';
import { type APerson, newMark } from '#src/testing/instance.ts';
import { type Stage, setStage } from '#src/testing/journeys/stage.ts';
import { property } from '#src/testing/property.ts';
import { API_RESOURCE, holds, permissionsOf } from '../permissions.ts';
import {
  aHome,
  anEstate,
  ask,
  type Estate,
  mayAdmin,
  namesIn,
  SYSTEM,
  sent,
  stateOf,
  targetsIn,
} from './bench.ts';

let stage: Stage;
let admin: AnAdministrator;
let other: Estate;
/** A tenant_admin of the operator's tenant, where there are those above them. */
let steward: AnAdministrator;
let above: APerson;

beforeAll(async () => {
  stage = await setStage();
  other = await anEstate(stage);
  admin = await anAdministrator(stage, { role: 'tenant_admin', tenant: await aHome(stage) });
  const tenant = await operatorTenant(stage);
  steward = await anAdministrator(stage, { role: 'tenant_admin', tenant });
  above = await stage.aUser({ tenantId: tenant, role: 'super_admin' });
});
afterAll(() => stage[Symbol.asyncDispose]());

const operations = () => stage.avian.api.operations;

/** Operations of a person who is named, that a tenant_admin may use on those of their own rank. */
const touching = () =>
  operations().filter(
    (it) => it.method !== 'GET' && namesIn(it.path).includes('user') && mayAdmin(it),
  );

/** What an operation is sent that changes somebody. */
const BODIES: Readonly<Record<string, object>> = {
  updateUser: { name: 'Eve' },
  changeUserRole: { role: 'user' },
};

/** What this file calls those it tries to raise: others make super_admins in the same database. */
const MARK = newMark();

/** Those above a tenant_admin, whoever was made or invited here, and the roles that are to stay. */
async function heights(...people: readonly { readonly id: string }[]) {
  return stage.avian.core.units.run(SYSTEM, async (unit) => {
    const found = await client(unit).query(
      `select u::text as row from users u where id = $1 or email like $2
       union all select id || role from users where id = any ($3)
       union all select i::text from invitations i where email like $2
       union all select c::text from clients c where name = $4 order by 1`,
      [above.id, `%${MARK}%`, people.map(({ id }) => id), MARK],
    );
    return found.rows;
  });
}

property(27, 'Tenant Admin Restriction', () => {
  it('lets a tenant_admin read and change nothing of another tenant', async () => {
    const all = operations().filter(({ path }) => namesIn(path).length > 0);
    const targets = await targetsIn(stage, other, all);
    const tenants = targets.map(({ tenant }) => tenant);
    const before = await stateOf(stage, ...tenants);
    const naming = fc.constantFrom('nothing', 'query', 'header');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...targets), naming, async (target, named) => {
        const { operation, tenant, things, how } = target;
        const { status } = await ask(admin, operation, things, {
          ...how,
          ...(named === 'query' && { query: { tenant } }),
          ...(named === 'header' && { headers: { 'avian-tenant': tenant } }),
        });
        const asked = [operation.id, named];
        expect([...asked, status]).toEqual([...asked, expect.toBeOneOf([403, 404])]);
      }),
      { numRuns: 200 },
    );
    expect(await stateOf(stage, ...tenants)).toEqual(before);
  });

  it('lets them raise nobody above tenant_admin, and touch nobody who is', async () => {
    const high = fc.constantFrom(
      ...permissionsOf('super_admin').filter((one) => !holds('tenant_admin', one)),
    );
    const low = fc.subarray([...permissionsOf('tenant_admin')], { maxLength: 3 });
    const email = () => `eve.${newMark()}.${MARK}@x.test`;
    const role = 'super_admin';
    const own = await stage.aUser({ tenantId: steward.person.tenantId });
    const attempt = fc.oneof(
      fc
        .constantFrom(own, steward.person)
        .map(({ id }) => ['changeUserRole', { user: id }, { role }] as const),
      fc.constant(0).map(() => ['createUser', {}, { email: email(), name: 'Eve', role }] as const),
      fc.constant(0).map(() => ['inviteUser', {}, { email: email(), role }] as const),
      fc.tuple(high, low, fc.constantFrom('web', 'machine')).map(([one, some, kind]) => {
        const redirectUris =
          kind === 'web' ? { redirectUris: ['https://eve.example/callback'] } : {};
        const draft = { kind, name: MARK, scopes: [...some, one], resources: [API_RESOURCE] };
        return ['createClient', {}, { ...draft, ...redirectUris }] as const;
      }),
      fc
        .constantFrom(...touching())
        .filter(({ id }) => id !== 'endUserSession')
        .map(({ id }) => [id, { user: above.id }, BODIES[id]] as const),
    );
    const before = await heights(own, steward.person);
    expect(before).toHaveLength(3);
    await fc.assert(
      fc.asyncProperty(attempt, fc.constantFrom(steward, admin), async ([id, things, body], by) => {
        const operation = operations().find((one) => one.id === id);
        if (!operation) throw new Error(`There is no ${id}.`);
        const answer = await ask(by, operation, things, sent(operation, body));
        const status = by === steward ? [403] : [403, 404];
        expect([id, answer.status]).toEqual([id, expect.toBeOneOf(status)]);
        expect(await heights(own, steward.person)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});
