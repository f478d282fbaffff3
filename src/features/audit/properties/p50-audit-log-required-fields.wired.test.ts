import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { SECOND } from '#src/kernel/clock.ts';
import { type TenantId, tenantId, userId } from '#src/kernel/ids.ts';
import { type Actor, type Administrator, ownerOf, type Scope } from '#src/kernel/scope.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { property } from '#src/testing/property.ts';
import { administratorOf, operatorOf, reachInto } from '#src/testing/scopes.ts';
import { ACTIONS, isAction } from '../catalogue.ts';
import type { AuditEvent } from '../event.ts';
import { createReadingStore } from '../reading.pg.ts';
import { createAuditReading } from '../reading.ts';
import { type Audit, createAudit } from '../service.ts';
import { createAuditStore } from '../store.pg.ts';

let bench: Bench;
let audit: Audit;
let own: TenantId;
/** The id of the entry written last. */
let lastId: string;
const clock = createTestClock();

beforeAll(async () => {
  bench = await aBench();
  own = await bench.aTenant();
  const { units } = bench;
  const { uuid, secret } = createIds();
  const ids = { secret, uuid: () => (lastId = uuid()) };
  audit = createAudit({ units, store: createAuditStore(), clock, ids });
});
afterAll(() => bench[Symbol.asyncDispose]());

const tenant = fc.uuid({ version: 7 }).map(tenantId);
const user = fc.uuid({ version: 7 }).map(userId);
const word = fc.oneof(fc.stringMatching(/^[a-z]{3,12}$/), fc.constantFrom('user', 'constructor'));
const origin = fc.record(
  { address: fc.ipV4(), userAgent: word, requestId: word },
  { requiredKeys: [] },
);

const anActor = fc.oneof<fc.Arbitrary<Actor>[]>(
  fc.record({ kind: fc.constant('user'), id: user, tenantId: tenant }),
  fc.record(
    { kind: fc.constant('client'), id: word, tenantId: tenant },
    { requiredKeys: ['kind', 'id'] },
  ),
  fc.record({ kind: fc.constant('system'), id: word }),
  fc.constant({ kind: 'visitor' }),
);

const anEvent: fc.Arbitrary<AuditEvent> = fc.record(
  {
    action: fc.constantFrom(...Object.keys(ACTIONS).filter(isAction)),
    outcome: word,
    actor: anActor,
    resource: fc.record({ type: word, id: word }),
    origin,
    details: fc.dictionary(fc.constantFrom('before', 'after', 'reason'), word),
  },
  { requiredKeys: ['action', 'outcome'] },
);

const aScope = fc
  .constantFrom<((own: TenantId) => Scope)[]>(
    inTenant,
    (tenant) => ownerOf({ tenantId: tenant, userId: userId(randomUUID()) }),
    (tenant) => administratorOf(tenant),
    (tenant) => reachInto(tenant, tenantId(randomUUID())),
    (tenant) => operatorOf(tenant),
    () => SYSTEM,
  )
  .map((make) => ({ make }));

/** Who did it, as the entry must say: the event's word, or else the scope's. */
function actorIn({ actor }: AuditEvent, scope: Scope): Actor {
  if (actor) return actor;
  if ('by' in scope) return scope.by.actor;
  if (scope.kind === 'system') return { kind: 'system', id: scope.job };
  const { actor: owner, tenantId } = scope;
  const isPerson = owner !== 'visitor' && owner !== 'client';
  return isPerson ? { kind: 'user', id: owner, tenantId } : { kind: 'visitor' };
}

function expected(event: AuditEvent, scope: Scope) {
  const { action, outcome, resource, details } = event;
  return {
    ...{ id: lastId, at: clock.now(), action, outcome },
    ...whoIn(event, scope),
    tenant_id: 'tenantId' in scope ? scope.tenantId : null,
    resource_type: resource?.type ?? null,
    resource_id: resource?.id ?? null,
    ...whenceIn(event, scope),
    details: { ...('by' in scope && reasonOf(scope.by)), ...details },
  };
}

function whoIn(event: AuditEvent, scope: Scope) {
  const actor = actorIn(event, scope);
  return {
    actor_kind: actor.kind,
    actor_id: 'id' in actor ? actor.id : null,
    actor_tenant_id: ('tenantId' in actor && actor.tenantId) || null,
  };
}

function whenceIn({ origin }: AuditEvent, scope: Scope) {
  const { address, userAgent, requestId } = origin ?? ('by' in scope ? scope.by.origin : {});
  return {
    address: address ?? null,
    user_agent: userAgent ?? null,
    request_id: requestId ?? null,
  };
}

function reasonOf({ reason }: Administrator) {
  return reason !== undefined && { operatorReason: reason };
}

/** The entry written last, as it is stored. */
function newest(): Promise<unknown> {
  return bench.units.run(SYSTEM, async (unit) => {
    const sql = `select id, at, actor_kind, actor_id, actor_tenant_id, tenant_id, action, resource_type,
      resource_id, outcome, address, user_agent, request_id, details
      from audit_entries where id = $1`;
    return (await client(unit).query(sql, [lastId])).rows;
  });
}

property(50, 'Audit Log Required Fields', () => {
  it('stores when, who, of which tenant, about which, what, with what outcome and from where', async () => {
    await fc.assert(
      fc.asyncProperty(anEvent, aScope, async (event, { make }) => {
        clock.pass(SECOND);
        const scope = make(own);
        await bench.units.run(scope, (unit) => audit.record(unit, event));
        expect(await newest()).toStrictEqual([expected(event, scope)]);
      }),
      { numRuns: 100 },
    );
  });

  it('shows every field to whoever reads the log, be there anything to say or not', async () => {
    const parts = { units: bench.units, store: createReadingStore(), audit };
    const tenant = await bench.aTenant();
    const scope = administratorOf(tenant);
    for (const event of fc.sample(anEvent, 40))
      await bench.units.run(inTenant(tenant), (unit) => audit.record(unit, event));
    const page = await createAuditReading(parts).search(scope, { filter: {}, limit: 100 });
    const fields = (value: object | null) => Object.keys(value ?? {}).toSorted();
    expect(page.items).toHaveLength(40);
    for (const entry of page.items) {
      expect(fields(entry)).toStrictEqual(
        ['action', 'actor', 'address', 'at', 'category', 'details', 'id', 'outcome']
          .concat('requestId', 'resource', 'tenant', 'userAgent')
          .toSorted(),
      );
      expect(fields(entry.actor)).toStrictEqual(['email', 'id', 'kind', 'name', 'tenant']);
      expect(entry.tenant).toMatchObject({ id: tenant, name: 'Flock' });
      if (entry.resource)
        expect(fields(entry.resource)).toStrictEqual(['email', 'id', 'name', 'type']);
    }
  });
});
