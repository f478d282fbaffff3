import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createUserStore } from '#src/features/users/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY, later } from '#src/kernel/clock.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import { aPassword, createWiredRoom } from './bench.ts';
import { isExpired } from './expiry.ts';
import { createForcing } from './forcing.ts';
import { createPasswordStore } from './store.pg.ts';

let database: TestDatabase;
let bench: Bench;
const ids = createIds();

beforeAll(async () => {
  // The timetable's work is everybody's: in a shared database it would tell other tests' people.
  database = await anOwnDatabase();
  bench = await aBench({ url: database.url });
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

describe('the date a password expires on', () => {
  it('follows the tenant’s number of days, and no other tenant’s', async () => {
    const [room, other] = [await createWiredRoom(bench), await createWiredRoom(bench)];
    for (const { choose } of [room, other]) await choose(aPassword());
    const start = room.clock.now();
    expect((await room.read())?.expiresAt).toStrictEqual(later(start, 90 * DAY));

    for (const [days, expiresAt] of [
      [30, later(start, 30 * DAY)],
      [null, null],
      [3650, later(start, 3650 * DAY)],
    ] as const) {
      await bench.units.run(SYSTEM, (unit) => room.passwords.reschedule(unit, room.tenantId, days));
      expect(await room.read()).toMatchObject({ expiresAt, changedAt: start });
    }
    expect((await other.read())?.expiresAt).toStrictEqual(later(start, 90 * DAY));
  });
});

describe('a password that an administrator made to expire', () => {
  async function forced() {
    const room = await createWiredRoom(bench);
    const { units } = bench;
    const audit = createAudit({ units, store: createAuditStore(), clock: room.clock, ids });
    const forcing = createForcing({
      ...{ units, audit, store: createPasswordStore(), users: createUserStore() },
    });
    const force = (scope: AdminScope = administratorOf(room.tenantId)) =>
      forcing.force(scope, room.id);
    const entries = () =>
      units.run(SYSTEM, async (unit) => {
        const found = await client(unit).query<{ outcome: string; details: object }>(
          `select outcome, details from audit_entries
           where resource_id = $1 and action = 'user.password-expired' order by id`,
          [room.id],
        );
        return found.rows;
      });
    return { room, force, entries };
  }

  it('has expired until another is chosen, whatever the tenant’s number of days becomes', async () => {
    const { room, force, entries } = await forced();
    await room.choose(aPassword());
    const at = room.clock.now();
    expect(await force()).toMatchObject({ ok: true });
    for (const days of [3650, null]) {
      await bench.units.run(SYSTEM, (unit) => room.passwords.reschedule(unit, room.tenantId, days));
      const stored = await room.read();
      expect(stored && isExpired(stored, room.clock.now())).toBe(true);
    }
    expect(await entries()).toStrictEqual([
      {
        outcome: 'success',
        details: {
          before: { expiresAt: later(at, 90 * DAY).toISOString() },
          after: { expiresAt: at.toISOString() },
        },
      },
    ]);
    await room.choose(aPassword(2));
    expect(await room.read()).toMatchObject({ expiresAt: later(at, 90 * DAY) });
  });

  it('by several at once, is in the log as having been expired by the first of them', async () => {
    const { room, force, entries } = await forced();
    await room.choose(aPassword());
    const at = room.clock.now();
    await Promise.all(Array.from({ length: 8 }, () => force()));
    const expired = { expiresAt: at.toISOString() };
    const first = { expiresAt: later(at, 90 * DAY).toISOString() };
    const befores = (await entries()).map(({ details }) => details);
    expect(befores).toHaveLength(8);
    expect(befores.filter((told) => JSON.stringify(told).includes(first.expiresAt))).toStrictEqual([
      { before: first, after: expired },
    ]);
  });

  it('is one there is, of the administrator’s own tenant, of nobody above them', async () => {
    const { room, force, entries } = await forced();
    const stranger = administratorOf((await createWiredRoom(bench)).tenantId);
    expect(await force()).toStrictEqual({ ok: false, reason: 'no-password' });
    await room.choose(aPassword());
    expect(await force(stranger)).toStrictEqual({ ok: false, reason: 'unknown' });
    await bench.units.run(SYSTEM, (unit) =>
      client(unit).query(`update users set role = 'super_admin' where id = $1`, [room.id]),
    );
    expect(await force()).toStrictEqual({ ok: false, reason: 'role-too-high' });
    expect((await entries()).map(({ outcome }) => outcome)).toStrictEqual([
      ...['no-password', 'unknown', 'role-too-high'],
    ]);
    expect(await room.read()).toMatchObject({ expiresAt: later(room.clock.now(), 90 * DAY) });
  });
});

describe('the warning before a password expires', () => {
  it('goes out once in the last seven days, to whoever’s it is', async () => {
    const { passwords, clock, mails, choose, owner } = await createWiredRoom(bench);
    await choose(aPassword());
    const sentAfter = async (days: number) => {
      clock.pass(days * DAY);
      await passwords.warn();
      return mails.filter(({ to }) => to === owner.email);
    };
    expect(await sentAfter(82)).toHaveLength(0);
    const [mail, ...more] = await sentAfter(1);
    expect(more).toStrictEqual([]);
    expect(mail).toStrictEqual({
      to: owner.email,
      topic: 'passwords/expiring',
      subject: 'Your password expires on 1 April 2030',
      model: { name: 'Ada', date: '1 April 2030' },
      expiresAt: later(clock.now(), 7 * DAY),
      tenantId: owner.tenantId,
    });
    expect(await sentAfter(1)).toHaveLength(1);
    await choose(aPassword(2));
    expect(await sentAfter(83)).toHaveLength(2);
  });

  it('goes to nobody whose password has expired, never expires, or who is disabled', async () => {
    const [late, never, disabled] = [
      await createWiredRoom(bench),
      await createWiredRoom(bench),
      await createWiredRoom(bench),
    ];
    for (const { choose } of [late, never, disabled]) await choose(aPassword());
    await bench.units.run(SYSTEM, async (unit) => {
      await never.passwords.reschedule(unit, never.tenantId, null);
      await client(unit).query(`update users set status = 'disabled' where id = $1`, [disabled.id]);
    });
    for (const [room, days] of [
      [late, 90],
      [never, 85],
      [disabled, 85],
    ] as const) {
      room.clock.pass(days * DAY);
      await room.passwords.warn();
      expect(room.mails.filter(({ to }) => to === room.owner.email)).toStrictEqual([]);
    }
  });

  it('is one mail however many servers keep the timetable', async () => {
    const { passwords, clock, mails, choose, owner } = await createWiredRoom(bench);
    await choose(aPassword());
    clock.pass(85 * DAY);
    await Promise.all(Array.from({ length: 10 }, () => passwords.warn()));
    expect(mails.filter(({ to }) => to === owner.email)).toHaveLength(1);
  });

  it('is not noted as sent when the mail was not written', async () => {
    let isAway = true;
    const told: string[] = [];
    const outbox = {
      async mail(_: unknown, { to }: { readonly to: string }) {
        if (isAway) throw new Error('no outbox');
        told.push(to);
        return true;
      },
    };
    const { passwords, clock, choose, owner } = await createWiredRoom(bench, { outbox });
    await choose(aPassword());
    clock.pass(85 * DAY);
    await expect(passwords.warn()).rejects.toThrow('no outbox');
    isAway = false;
    await passwords.warn();
    expect(told).toContain(owner.email);
  });

  it('reaches more than one round takes', async () => {
    const { clock, passwords, mails, tenantId } = await createWiredRoom(bench);
    clock.pass(1000 * DAY);
    const expiresAt = later(clock.now(), DAY);
    await bench.units.run(SYSTEM, (unit) =>
      client(unit).query(
        `with people as (
           insert into users (id, tenant_id, email, name, sessions_valid_from, created_at, updated_at)
           select gen_random_uuid(), $1, n || '@crowd.test', 'Ada', $2, $2, $2
           from generate_series(1, 250) n returning id, tenant_id)
         insert into passwords (user_id, tenant_id, hash, changed_at, expires_at)
         select id, tenant_id, '$argon2id$x', $2, $2 from people`,
        [tenantId, expiresAt],
      ),
    );
    await passwords.warn();
    expect(mails.filter(({ to }) => to.endsWith('@crowd.test'))).toHaveLength(250);
  });
});
