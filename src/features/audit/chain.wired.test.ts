import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTenant, SYSTEM } from '#src/infra/postgres/bench.ts';
import { MINUTE } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { aChainBench, type ChainBench } from './bench.ts';
import { createLinking } from './linking.ts';
import { createAudit } from './service.ts';
import { createAuditStore } from './store.pg.ts';

let room: ChainBench;
beforeAll(async () => {
  room = await aChainBench();
});
afterAll(() => room[Symbol.asyncDispose]());

/** What a tenant's chain holds, in its order. */
async function chainOf(tenant: TenantId) {
  const placed = await room.bench.units.run(SYSTEM, (unit) =>
    createAuditStore().after(unit, tenant, 0, 10_000),
  );
  expect(placed.map(({ position }) => position)).toStrictEqual(placed.map((_, at) => at + 1));
  return placed.map(({ entry }) => entry);
}

function record(unit: Unit, name: string): Promise<void> {
  room.clock.pass(1);
  return room.audit.record(unit, {
    action: 'user.updated',
    outcome: 'success',
    actor: { kind: 'visitor' },
    resource: { type: 'user', id: name },
  });
}

describe('linking', () => {
  it('links each entry once, whatever order their transactions commit in', async () => {
    const tenant = await room.bench.aTenant();
    const gates = Array.from({ length: 8 }, () => Promise.withResolvers<void>());
    const recorded = gates.map(() => Promise.withResolvers<void>());
    const writing = gates.map((gate, number) =>
      room.bench.units.run(inTenant(tenant), async (unit) => {
        await record(unit, `${number} a`);
        recorded[number]?.resolve();
        await gate.promise;
        await record(unit, `${number} b`);
      }),
    );
    await Promise.all(recorded.map(({ promise }) => promise));
    for (const number of [5, 2, 7, 0, 3, 6, 1, 4]) {
      gates[number]?.resolve();
      await writing[number];
      await room.chains.link(3);
    }
    await room.linkAll();
    const linked = (await chainOf(tenant)).map(({ resourceId }) => resourceId);
    expect(linked.toSorted()).toStrictEqual(
      gates.flatMap((_, number) => [`${number} a`, `${number} b`]),
    );
    expect(await room.chains.verify()).toMatchObject({ wrong: 0, pending: 0 });
  });

  it('leaves what was written while an older transaction runs until that has ended', async () => {
    const tenant = await room.bench.aTenant();
    await room.bench.units.run(SYSTEM, async (older) => {
      await record(older, 'older');
      await room.write(2, tenant);
      await room.chains.link(100);
      expect(await chainOf(tenant)).toStrictEqual([]);
      expect(await room.chains.verify()).toMatchObject({ wrong: 0, pending: 2 });
    });
    await room.linkAll();
    expect(await chainOf(tenant)).toHaveLength(2);
  });

  it('links nothing twice when several processes are at it', async () => {
    const tenant = await room.bench.aTenant();
    await room.write(40, tenant);
    const others = Array.from({ length: 4 }, () =>
      createLinking({ units: room.bench.units, store: room.store, keys: room.keys }),
    );
    while ((await chainOf(tenant)).length < 40) {
      await Promise.all(others.map((linking) => linking.link(7)));
    }
    expect(await room.chains.verify()).toMatchObject({ wrong: 0, pending: 0 });
  });

  it('begins again where a round was broken off', async () => {
    const tenant = await room.bench.aTenant();
    await room.write(5, tenant);
    const dying = createLinking({
      units: room.bench.units,
      keys: room.keys,
      store: {
        ...room.store,
        cameTo: () => Promise.reject(new Error('killed')),
        hasUnlinked: async () => true,
      },
    });
    await expect(dying.link(3)).rejects.toThrow('killed');
    expect(await chainOf(tenant)).toStrictEqual([]);
    await room.linkAll();
    expect(await chainOf(tenant)).toHaveLength(5);
    expect(await room.chains.verify()).toMatchObject({ wrong: 0, pending: 0 });
  });

  it('goes on with a log that was read back on another server, whose transactions count anew', async () => {
    const tenant = await room.bench.aTenant();
    await room.write(2, tenant);
    await room.linkAll();
    const owner = new Client({ connectionString: room.url, application_name: 'avian-test' });
    await owner.connect();
    await owner.query(`update audit_linking set up_to = '9000000000'`);
    await owner.query(
      `begin; set local session_replication_role = replica; update audit_entries set tx = '8999999999'; commit`,
    );
    await owner.end();
    await room.write(3, tenant);
    await room.linkAll();
    expect(await chainOf(tenant)).toHaveLength(5);
    await room.write(1, tenant);
    await room.linkAll();
    expect(await room.chains.verify()).toMatchObject({ wrong: 0, pending: 0 });
  });

  it('takes what was written before there were seals as it finds it, and verifying counts it', async () => {
    const tenant = await room.bench.aTenant();
    const { units } = room.bench;
    const ids = { uuid: () => crypto.randomUUID(), secret: () => '' };
    const unsealed = createAudit({ units, store: createAuditStore(), clock: room.clock, ids });
    await units.run(inTenant(tenant), (unit) =>
      unsealed.record(unit, { action: 'user.updated', outcome: 'success' }),
    );
    await room.linkAll();
    await room.write(1, tenant);
    await room.linkAll();
    expect(await room.chains.verify({ tenantId: tenant })).toStrictEqual({
      ...{ chains: 1, verified: 2, unsealed: 1, retired: 0, pending: 0 },
      ...{ wrong: 0, findings: [] },
    });
  });
});

describe('heads', () => {
  it('are signed for chains that have grown, once a minute at most', async () => {
    const tenant = await room.bench.aTenant();
    await room.write(3, tenant);
    await room.linkAll();
    const about = async () => (await room.sign()).filter((head) => head.includes(tenant));
    expect(await about()).toStrictEqual([
      expect.stringMatching(new RegExp(`^avian-audit-head\\.v1\\.${tenant}\\.3\\.\\d+\\.`)),
    ]);
    await room.write(1, tenant);
    await room.linkAll();
    expect(await about()).toStrictEqual([]);
    room.clock.pass(MINUTE);
    expect(await about()).toHaveLength(1);
    room.clock.pass(MINUTE);
    expect(await about()).toStrictEqual([]);
  });

  it('are handed out to be sent, the newest of each chain', async () => {
    const tenant = await room.bench.aTenant();
    for (const count of [1, 2]) {
      await room.write(count, tenant);
      await room.linkAll();
      room.clock.pass(MINUTE);
      await room.sign();
    }
    const sent: string[] = [];
    await room.chains.sendOut(async (_, heads) => void sent.push(...heads));
    expect(sent.filter((head) => head.includes(tenant))).toStrictEqual([
      expect.stringContaining(`${tenant}.3.`),
    ]);
  });
});

describe('the feed', () => {
  it('gives each entry as it was recorded, once, after the last position that was had', async () => {
    const tenant = await room.bench.aTenant();
    await room.write(5, tenant);
    await room.linkAll();
    const page = (position: number) =>
      room.bench.units.run(SYSTEM, (unit) => createAuditStore().after(unit, tenant, position, 2));
    const had = [...(await page(0)), ...(await page(2)), ...(await page(4))];
    expect(had.map(({ entry }) => entry.details)).toMatchObject(
      [0, 1, 2, 3, 4].map((number) => ({ number })),
    );
    expect(had[0]?.entry).toMatchObject({ tenantId: tenant, actorTenantId: undefined });
    expect(await page(5)).toStrictEqual([]);
  });
});
