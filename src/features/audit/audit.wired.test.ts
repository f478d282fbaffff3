import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, SYSTEM } from '#src/infra/postgres/bench.ts';
import { auditEntries } from '#src/infra/postgres/schema/audit.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import { anAction } from './bench.ts';
import type { Action } from './catalogue.ts';
import type { AuditEvent } from './event.ts';
import { type Audit, createAudit } from './service.ts';
import { createAuditStore } from './store.pg.ts';

let bench: Bench;
let audit: Audit;
const clock = createTestClock();

beforeAll(async () => {
  bench = await aBench();
  audit = aRoom(bench.units);
});
afterAll(() => bench[Symbol.asyncDispose]());

function aRoom(units: Units): Audit {
  return createAudit({ units, store: createAuditStore(), clock, ids: createIds() });
}

function entriesOf(action: Action) {
  return bench.units.run(SYSTEM, async (unit) => {
    const found = await rows(unit).select().from(auditEntries);
    return found.filter((entry) => entry.action === action);
  });
}

describe('audit.record', () => {
  it('writes every field there is', async () => {
    const tenant = await bench.aTenant();
    const user = userId(randomUUID());
    const action = anAction();
    await bench.units.run(inTenant(tenant), (unit) =>
      audit.record(unit, {
        action,
        outcome: 'success',
        actor: { kind: 'user', id: user, tenantId: tenant },
        resource: { type: 'client', id: 'c-1' },
        origin: { address: '192.0.2.1', userAgent: 'Firefox', requestId: 'r-1' },
        details: { before: { role: 'user' }, after: { role: 'tenant_admin' } },
      }),
    );
    expect(await entriesOf(action)).toStrictEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        at: clock.now(),
        tenantId: tenant,
        actorKind: 'user',
        actorId: user,
        actorTenantId: tenant,
        action,
        outcome: 'success',
        resourceType: 'client',
        resourceId: 'c-1',
        address: '192.0.2.1',
        userAgent: 'Firefox',
        requestId: 'r-1',
        details: { before: { role: 'user' }, after: { role: 'tenant_admin' } },
        mac: null,
        tx: expect.any(Number),
      },
    ]);
  });

  it('leaves no entry of an act that did not happen', async () => {
    const action = anAction();
    const failing = bench.units.run(SYSTEM, async (unit) => {
      await audit.record(unit, { action, outcome: 'success', actor: { kind: 'visitor' } });
      throw new Error('the act failed');
    });
    await expect(failing).rejects.toThrow('the act failed');
    expect(await entriesOf(action)).toStrictEqual([]);
  });
});

describe('audit.recordAlone', () => {
  it('has written an entry by the time it says so', async () => {
    const action = anAction();
    await audit.recordAlone({ action, outcome: 'refused', actor: { kind: 'visitor' } });
    expect(await entriesOf(action)).toHaveLength(1);
  });

  it('writes each of two hundred parallel entries once, in a few commits', async () => {
    const action = anAction();
    let commits = 0;
    const counting: Units = {
      run: bench.units.run,
      once: (scope, work) => {
        commits += 1;
        return bench.units.once(scope, work);
      },
    };
    const counted = aRoom(counting);
    const ids = Array.from({ length: 200 }, (_, at) => String(at));
    await Promise.all(ids.map((id) => counted.recordAlone(anEntry(action, id))));
    const written = await entriesOf(action);
    expect(
      written.map(({ resourceId }) => Number(resourceId)).toSorted((a, b) => a - b),
    ).toStrictEqual(ids.map(Number));
    expect(commits).toBeLessThan(10);
  });

  it('writes whatever a stranger sent, and those beside it', async () => {
    const action = anAction();
    const hostile = fc.sample(hostileEvent(action), 300);
    await Promise.all([
      ...hostile.map((event) => audit.recordAlone(event)),
      audit.recordAlone(anEntry(action, 'beside')),
    ]);
    const written = await entriesOf(action);
    expect(written).toHaveLength(301);
    expect(written.filter(({ resourceId }) => resourceId === 'beside')).toHaveLength(1);
  });

  it('tells every caller whose commit failed, and writes for the next', async () => {
    const action = anAction();
    let isAway = true;
    const unsteady: Units = {
      run: bench.units.run,
      once: (scope, work) =>
        isAway ? Promise.reject(new Error('away')) : bench.units.once(scope, work),
    };
    const room = aRoom(unsteady);
    const lost = await Promise.allSettled(
      ['1', '2', '3'].map((id) => room.recordAlone(anEntry(action, id))),
    );
    expect(lost.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected', 'rejected']);
    isAway = false;
    await room.recordAlone(anEntry(action, '4'));
    expect((await entriesOf(action)).map(({ resourceId }) => resourceId)).toStrictEqual(['4']);
  });
});

describe('audit.prepare', () => {
  it('makes the partitions of this month and those ahead, and none twice', async () => {
    await using database = await anOwnDatabase();
    await using own = await aBench({ url: database.url });
    const room = aRoom(own.units);
    const partitions = () => own.units.run(SYSTEM, partitionsOf);

    const before = await partitions();
    await room.prepare(2);
    const after = await partitions();
    await room.prepare(2);
    expect(after.filter((name) => !before.includes(name))).toStrictEqual([
      'audit_entries_y2030m01',
      'audit_entries_y2030m02',
      'audit_entries_y2030m03',
    ]);
    expect(await partitions()).toStrictEqual(after);
  });
});

async function partitionsOf(unit: Unit): Promise<readonly string[]> {
  const found = await client(unit).query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits
     where inhparent = 'audit_entries'::regclass order by 1`,
  );
  return found.rows.map(({ name }) => name);
}

function anEntry(action: Action, id: string): AuditEvent {
  return { action, outcome: 'success', actor: { kind: 'visitor' }, resource: { type: 'test', id } };
}

/** Events whose every text is as bad as text can be. */
function hostileEvent(action: Action): fc.Arbitrary<AuditEvent> {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\ud800', "'; drop table users; --", 'x'.repeat(100_000), '\u202e', '{'),
  );
  return fc
    .record({
      text,
      id: text,
      tenant: text,
      agent: text,
      details: fc.dictionary(text, fc.anything()),
    })
    .map(({ text, id, tenant, agent, details }) => ({
      action,
      outcome: text,
      actor: { kind: 'client', id, tenantId: tenantId(tenant) },
      tenantId: tenantId(tenant),
      resource: { type: text, id },
      origin: { address: text, userAgent: agent, requestId: id },
      details,
    }));
}
