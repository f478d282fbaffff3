import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { MINUTE } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import type { Receipt } from '#src/kernel/mail.ts';
import { anOutboxBench, type OutboxBench } from './bench.ts';
import type { LogoutNotice } from './outbox.ts';

let room: OutboxBench;
beforeAll(async () => {
  room = await anOutboxBench();
});
beforeEach(() => room.reset());
afterAll(() => room[Symbol.asyncDispose]());

describe('the end of a session', () => {
  const notice = { clientId: 'flock', userId: userId(randomUUID()), sid: 'uid-of-a-session' };

  /** Applications that are away as often as told, and note whom they hear of. */
  function aCourier({ fails = 0 } = {}) {
    const heard: LogoutNotice[] = [];
    let left = fails;
    const tell = async (told: LogoutNotice): Promise<Receipt> => {
      heard.push(told);
      left -= 1;
      return left >= 0 ? { ok: false, permanent: false, reason: 'answered 503' } : { ok: true };
    };
    return { heard, tell };
  }

  it('waits for somebody who can tell of it, and is told once', async () => {
    await room.bench.units.run(SYSTEM, (unit) => room.outbox.logout(unit, notice));
    expect(await room.outbox.deliver()).toBe(0);
    const courier = aCourier();
    await Promise.all([room.outbox.deliver(courier), room.another().deliver(courier)]);
    expect(courier.heard).toStrictEqual([notice]);
  });

  it('is told again after growing waits, and holds up no other', async () => {
    const other = { ...notice, clientId: 'wing' };
    await room.bench.units.run(SYSTEM, async (unit) => {
      await room.outbox.logout(unit, notice);
      await room.outbox.logout(unit, other);
    });
    const courier = aCourier({ fails: 4 });
    expect(await room.outbox.deliver(courier)).toBe(2);
    for (let round = 0; round < 4; round += 1) {
      room.clock.pass(5 * MINUTE);
      await room.outbox.deliver(courier);
    }
    const times = (clientId: string) =>
      courier.heard.filter((told) => told.clientId === clientId).length;
    expect([times('flock'), times('wing')]).toStrictEqual([3, 3]);
  });

  it('says nothing of the session where it lies', async () => {
    await room.bench.units.run(SYSTEM, (unit) => room.outbox.logout(unit, notice));
    const found = await room.bench.units.run(SYSTEM, (unit) =>
      client(unit).query(`select * from outbox where kind = 'logout'`),
    );
    expect(found.rows).not.toHaveLength(0);
    expect(JSON.stringify(found.rows)).not.toContain(notice.sid);
  });
});
