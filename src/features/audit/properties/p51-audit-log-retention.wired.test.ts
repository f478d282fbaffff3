import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { property } from '#src/testing/property.ts';
import { aChainBench, type ChainBench } from '../bench.ts';
import { createChains } from '../chains.ts';

let room: ChainBench;
let tenants: readonly (TenantId | undefined)[];
beforeAll(async () => {
  room = await aChainBench(new Date('2010-01-01T00:00:00.000Z'));
  tenants = [await room.bench.aTenant(), undefined];
});
afterAll(() => room[Symbol.asyncDispose]());

/** Another process's, with a policy and a clock of its own. */
function chainsOf(days: number, clock = room.clock) {
  const { store, keys, audit } = room;
  return createChains({ units: room.bench.units, store, keys, audit, clock, days });
}

function instants(): Promise<readonly number[]> {
  return room.bench.units.run(SYSTEM, async (unit) => {
    const asked = await client(unit).query<{ at: Date }>(
      `select at from audit_entries where action = 'user.updated' order by at`,
    );
    return asked.rows.map(({ at }) => at.getTime());
  });
}

/** When the month of an instant is over, in UTC. */
function endOfMonth(time: number): number {
  const at = new Date(time);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
}

property(51, 'Audit Log Retention', () => {
  it('removes every month that is older than the policy, and nothing younger', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 365, max: 500 }),
        fc.array(fc.integer({ min: 1, max: 60 * DAY }), { minLength: 2, maxLength: 5 }),
        fc.boolean(),
        async (days, pauses, prepared) => {
          if (prepared) await room.audit.prepare(3);
          for (const pause of pauses) {
            room.clock.pass(pause);
            for (const tenant of tenants) await room.write(1, tenant);
          }
          await room.linkAll();
          const before = await instants();
          const policy = later(room.clock.now(), -days * DAY).getTime();
          const chains = chainsOf(days);
          const due = await chains.due();
          for (let left = due.ok ? due.value.length : 0; left > 0; left -= 1) {
            room.clock.pass(DAY);
            await room.linkAll();
            await chains.retire();
          }
          const slack = (due.ok ? due.value.length : 0) * DAY;
          const after = await instants();
          const gone = before.filter((time) => !after.includes(time));
          expect(gone.every((time) => endOfMonth(time) <= policy + slack)).toBe(true);
          expect(after.filter((time) => endOfMonth(time) <= policy)).toStrictEqual([]);
          await room.linkAll();
          expect(await chains.verify()).toMatchObject({ wrong: 0, pending: 0 });
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  }, 60_000);

  it('says so in the log', async () => {
    await room.write(1);
    room.clock.pass(400 * DAY);
    await room.write(1);
    await room.linkAll();
    const retired = await chainsOf(365).retire();
    const month = retired.ok ? retired.value?.month : undefined;
    expect(month).toMatch(/^20\d\d-\d\d-01$/);
    const told = await room.bench.units.run(SYSTEM, (unit) =>
      client(unit).query(
        `select outcome, details->'entries' as entries from audit_entries
         where action = 'audit.retired' and tenant_id is null and details->>'month' = $1`,
        [month],
      ),
    );
    expect(told.rows).toStrictEqual([
      { outcome: 'success', entries: retired.ok ? retired.value?.entries : 0 },
    ]);
  });

  it('removes one month a day at most, whoever asks and however often', async () => {
    room.clock.pass(3 * 31 * DAY);
    await room.write(1);
    await room.linkAll();
    room.clock.pass(500 * DAY);
    await room.write(1);
    await room.linkAll();
    const first = await chainsOf(365).retire();
    expect(first).toMatchObject({ ok: true, value: { entries: expect.any(Number) } });
    await room.linkAll();
    expect(await chainsOf(365).retire()).toStrictEqual({ ok: true, value: undefined });
  });

  it('touches nothing by a clock that runs ahead', async () => {
    await room.write(1);
    const before = await instants();
    const ahead = (by: number, of: Date) => ({ ...room.clock, now: () => later(of, by) });
    const silent = chainsOf(365, ahead(32 * DAY, room.clock.now()));
    expect(await silent.retire()).toStrictEqual({ ok: false, reason: 'clock-ahead-of-log' });
    const wrong = chainsOf(365, ahead(2 * HOUR, new Date()));
    expect(await wrong.retire()).toStrictEqual({ ok: false, reason: 'clock-ahead-of-database' });
    expect(await instants()).toStrictEqual(before);
  });

  it('leaves to the database the last word on what is a year old', async () => {
    const month = `date_trunc('month', now() - interval '365 days')::date`;
    const retire = room.bench.units.run(SYSTEM, (unit) =>
      client(unit).query(`select audit_retire(${month})`),
    );
    await expect(retire).rejects.toThrow('not within reach');
  });

  it('removes no month that has an entry in no chain', async () => {
    await room.write(1);
    const at = room.clock.now();
    room.clock.pass(400 * DAY);
    await room.write(1);
    const before = await instants();
    const unit = room.bench.units.run(SYSTEM, (open) =>
      client(open).query(
        `select audit_retire(date_trunc('month', $1::timestamptz at time zone 'UTC')::date)`,
        [at],
      ),
    );
    await expect(unit).rejects.toThrow('not within reach');
    expect(await instants()).toStrictEqual(before);
  });
});
