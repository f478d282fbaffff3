import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import type { MailDraft } from '#src/features/outbox/index.ts';
import { createUserStore } from '#src/features/users/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY, HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import { ISSUER, someSteps, tryPassword, walk } from './bench.ts';
import { createPasswordDoor } from './door.ts';
import { createKeys } from './keys.ts';
import type { Subject } from './lockout.ts';
import { createLockout } from './service.ts';
import { createLockoutStore } from './store.pg.ts';
import { createUnlocking } from './unlocking.ts';

let bench: Bench;
const ids = createIds();
const digest = createDigest(Buffer.alloc(32, 9));
const keys = createKeys(digest);
const store = createLockoutStore();

beforeAll(async () => {
  // As patient as a crowd of two hundred asks for; what a crowd costs is not measured here.
  bench = await aBench({ poolWaitMs: 20_000, statementTimeoutMs: 20_000 });
});
afterAll(() => bench[Symbol.asyncDispose]());

/** The room on the real tables, somebody with an account, and every mail they get. */
async function someone() {
  const { units } = bench;
  const clock = createTestClock(new Date('2030-06-01T12:00:00.000Z'));
  const mails: MailDraft[] = [];
  const quota = { left: Number.POSITIVE_INFINITY };
  const outbox = {
    mayMail: async () => quota.left > 0,
    mail: async (_: Unit, draft: MailDraft) => mails.push(draft) > 0,
  };
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const deps = { units, store, outbox, audit, clock, ids, digest, issuer: ISSUER };
  const lockout = createLockout(deps);
  const unlocking = createUnlocking({ ...deps, lockout, users: createUserStore() });
  const looked: string[] = [];
  const passwords = {
    async check(stored: unknown, password: string) {
      if (stored !== undefined) looked.push(password);
      return stored !== undefined && password === 'right' ? ('right' as const) : ('wrong' as const);
    },
  };
  const door = createPasswordDoor({ lockout, passwords });
  const tenant = await bench.aTenant();
  const owner = { ...(await bench.aUser(tenant)), tenantId: tenant };
  const subject: Subject = { owner, email: owner.email, origin: { address: '192.0.2.1' } };
  const room = { clock, units, lockout, door };

  const close = async (over: Partial<Subject> = {}) => {
    for (let count = 0; count < 5; count += 1)
      await tryPassword(room, { ...subject, ...over }, 'wrong');
  };
  const inHome = <T>(work: (unit: Unit) => Promise<T>) => units.run(inTenant(tenant), work);
  const remember = (device: string) =>
    inHome((unit) => lockout.rememberDevice(unit, owner, device));
  const isKnown = (device: string, email = owner.email) => lockout.isKnown(email, device);
  const isIn = async (device?: string) => {
    const visit = { ...subject, ...(device !== undefined && { device }) };
    return (await tryPassword(room, visit, 'right')).check === 'right';
  };
  const tokenOf = (mail: MailDraft | undefined) =>
    String(mail?.model['href']).replace(`${ISSUER}/unlock/`, '');
  return {
    ...{ clock, mails, quota, lockout, unlocking, looked, door, owner, subject, room },
    ...{ close, inHome, remember, isIn, isKnown, tokenOf },
  };
}

function ask(text: string, values: unknown[] = []) {
  return bench.units.run(SYSTEM, async (unit) => (await client(unit).query(text, values)).rows);
}

function countOf(key: string) {
  return ask('select failures, closed_until from lockouts where key_digest = $1', [key]);
}

function entriesOf(id: string) {
  return ask(
    `select action, outcome, actor_kind, actor_id, tenant_id, details from audit_entries
     where resource_id = $1 order by id`,
    [id],
  );
}

describe('a count', () => {
  it('lets five of two hundred that come at once look, and says to one that it is the last', async () => {
    const { lockout, subject } = await someone();
    const attempts = await Promise.all(Array.from({ length: 200 }, () => lockout.count(subject)));
    expect(attempts.filter(({ door }) => door === 'open')).toHaveLength(5);
    expect(attempts.filter(({ isLast }) => isLast)).toHaveLength(1);
    expect(await countOf(keys.ofAddress(subject.email))).toMatchObject([{ failures: 5 }]);
  });

  it('lets no more than five of two hundred guesses be looked at, the right one among them', async () => {
    const { looked, room, subject } = await someone();
    const guesses = Array.from({ length: 200 }, (_, n) => (n === 100 ? 'right' : `guess ${n}`));
    const tries = guesses.map((guess) => room.door.try(subject, STORED, guess));
    await Promise.all(tries);
    expect(looked).toHaveLength(5);
  });

  it('agrees with the promise whatever happens, as it does in memory', async () => {
    await fc.assert(
      fc.asyncProperty(someSteps(3, 3), async (steps) => {
        const { room, subject } = await someone();
        const other = (await someone()).subject;
        const nobody = { email: `${mark()}@x.test`, origin: {} };
        await walk(room, [subject, other, nobody], ['one', 'two', 'three'].map(deviceOf), steps);
      }),
      { numRuns: 15 },
    );
  });

  it('asks as many statements of the database for anybody, nobody and whoever is closed', async () => {
    const { lockout, subject, close, remember } = await someone();
    await remember('hers');
    const other = await someone();
    await other.close();
    const counted = async (one: Subject) => {
      const query = vi.spyOn(Client.prototype, 'query');
      await lockout.count(one);
      const { length } = query.mock.calls;
      query.mockRestore();
      return length;
    };
    const fresh = [
      await counted(subject),
      await counted({ email: `${mark()}@x.test`, origin: {} }),
    ];
    const seen = [await counted(subject), await counted({ ...subject, device: 'hers' })];
    await close();
    const closed = [await counted(subject), await counted(other.subject)];
    expect([...fresh, ...seen, ...closed]).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('is kept by digests that say nothing of the address', async () => {
    const { lockout, subject } = await someone();
    await lockout.count(subject);
    const rows = JSON.stringify(await ask('select * from lockouts'));
    expect(rows).not.toContain(subject.email);
  });

  it('is taken back when the password could not be looked at, the closing one included', async () => {
    const { lockout, subject } = await someone();
    const attempts = [];
    for (let count = 0; count < 5; count += 1) attempts.push(await lockout.count(subject));
    const [first, , , , last] = attempts;
    if (first && last) await Promise.all([lockout.takeBack(first), lockout.takeBack(last)]);
    expect(await countOf(keys.ofAddress(subject.email))).toEqual([
      { failures: 3, closed_until: null },
    ]);
  });
});

const STORED = { hash: 'phc', imported: false, changedAt: new Date(), expiresAt: null };
const deviceOf = (name: string) => `device ${name}`;

describe('when an account closes', () => {
  it('tells its owner, with the time it opens and a link, and enters it', async () => {
    const { owner, mails, close } = await someone();
    await close();
    expect(mails).toMatchObject([
      {
        to: owner.email,
        topic: 'lockout/closed',
        atMostPerHour: 3,
        expiresAt: new Date('2030-06-02T12:00:00.000Z'),
        model: {
          href: expect.stringMatching(/^https:\/\/id\.example\.test\/unlock\/[\w-]{43}$/),
          opensAt: '12:30 UTC',
          isKnownDevice: false,
        },
      },
    ]);
    expect(await entriesOf(owner.id)).toMatchObject([
      {
        action: 'lockout.closed',
        actor_kind: 'visitor',
        tenant_id: owner.tenantId,
        details: { place: 'other-devices', closedUntil: '2030-06-01T12:30:00.000Z' },
      },
    ]);
  });

  it('tells of a browser of theirs as well, and opens that by the same link', async () => {
    const { mails, close, remember, isIn, unlocking, tokenOf } = await someone();
    await remember('hers');
    await close({ device: 'hers' });
    expect(mails).toMatchObject([{ model: { isKnownDevice: true } }]);
    expect(await isIn('hers')).toBe(false);
    expect(await unlocking.openByLink(tokenOf(mails[0]), {})).toMatchObject({ ok: true });
    expect(await isIn('hers')).toBe(true);
  });

  it('enters it for an address that is nobody’s, by a digest, and mails nobody', async () => {
    const { mails, room, subject } = await someone();
    const email = `${mark()}@x.test`;
    for (let count = 0; count < 5; count += 1)
      await tryPassword(room, { email, origin: subject.origin }, 'wrong');
    const entries = await ask(
      `select action, tenant_id, details from audit_entries where details->>'addressDigest' = $1`,
      [keys.ofAddress(email)],
    );
    expect(entries).toMatchObject([{ action: 'lockout.closed', tenant_id: null }]);
    expect(JSON.stringify(entries)).not.toContain(email);
    expect(mails).toEqual([]);
  });

  it('keeps the older link good when the owner has had enough mail for the hour', async () => {
    const { mails, quota, clock, close, unlocking, tokenOf } = await someone();
    await close();
    quota.left = 0;
    clock.pass(30 * MINUTE);
    await close();
    expect(mails).toHaveLength(1);
    expect(await unlocking.openByLink(tokenOf(mails[0]), {})).toMatchObject({ ok: true });
  });

  it('keeps nothing that could be mailed or entered when the refusal itself is undone', async () => {
    const { lockout, subject, owner, inHome } = await someone();
    for (let count = 0; count < 4; count += 1) await lockout.count(subject);
    const last = await lockout.count(subject);
    const undone = inHome(async (unit) => {
      await lockout.wrong(unit, subject, last);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await entriesOf(owner.id)).toEqual([]);
    expect(await ask('select * from unlocks where user_id = $1', [owner.id])).toEqual([]);
  });
});

describe('the mailed link', () => {
  it('opens the account once, and enters every try', async () => {
    const { owner, mails, close, isIn, unlocking, tokenOf } = await someone();
    await close();
    const token = tokenOf(mails[0]);
    expect(await unlocking.peek(token)).toMatchObject({ email: owner.email });
    expect(await isIn()).toBe(false);
    expect(await unlocking.openByLink(token, {})).toMatchObject({ ok: true });
    expect(await isIn()).toBe(true);
    expect(await unlocking.peek(token)).toBeUndefined();
    expect(await unlocking.openByLink(token, {})).toEqual({ ok: false, reason: 'link-spent' });
    expect((await entriesOf(owner.id)).slice(1)).toMatchObject([
      {
        action: 'lockout.opened',
        outcome: 'success',
        actor_kind: 'user',
        actor_id: owner.id,
        details: { reason: 'mailed-link', forgetDevices: false },
      },
      { action: 'lockout.opened', outcome: 'link-spent', actor_kind: 'visitor' },
    ]);
  });

  it('has one success of twenty at once', async () => {
    const { owner, mails, close, unlocking, tokenOf } = await someone();
    await close();
    const token = tokenOf(mails[0]);
    const endings = await Promise.all(
      Array.from({ length: 20 }, () => unlocking.openByLink(token, {})),
    );
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
    const opened = (await entriesOf(owner.id)).filter(({ action }) => action === 'lockout.opened');
    expect(opened.filter(({ outcome }) => outcome === 'success')).toHaveLength(1);
    expect(opened).toHaveLength(20);
  });

  it('works for a day and not a millisecond longer', async () => {
    const { mails, clock, close, unlocking, tokenOf } = await someone();
    await close();
    const token = tokenOf(mails[0]);
    clock.pass(DAY - 1);
    expect(await unlocking.peek(token)).toBeDefined();
    clock.pass(1);
    expect(await unlocking.peek(token)).toBeUndefined();
    expect(await unlocking.openByLink(token, {})).toEqual({ ok: false, reason: 'link-expired' });
  });

  it('is the newest one', async () => {
    const { mails, clock, close, unlocking, tokenOf } = await someone();
    await close();
    clock.pass(30 * MINUTE);
    await close();
    const [older, newer] = mails.map(tokenOf);
    expect(await unlocking.openByLink(String(older), {})).toMatchObject({ reason: 'link-unknown' });
    expect(await unlocking.openByLink(String(newer), {})).toMatchObject({ ok: true });
  });

  it('is kept as a digest only', async () => {
    const { owner, mails, close, tokenOf } = await someone();
    await close();
    const rows = await ask('select * from unlocks where user_id = $1', [owner.id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(tokenOf(mails[0]));
  });
});

describe('a known browser', () => {
  it('is known to whoever signed in with it, by any spelling of their address, and to nobody else', async () => {
    const [ada, bob] = [await someone(), await someone()];
    const device = mark();
    await ada.remember(device);
    const spelt = `  ${ada.owner.email.toUpperCase()} `;
    expect([await ada.isKnown(device), await ada.isKnown(device, spelt)]).toEqual([true, true]);
    for (const email of [bob.owner.email, `${mark()}@x.test`, 'no address', ''])
      expect(await ada.isKnown(device, email)).toBe(false);
    expect(await ada.isKnown(mark())).toBe(false);
  });
});

describe('opening an account', () => {
  it('opens every count of it, in a unit of its tenant', async () => {
    const { owner, lockout, close, remember, isIn, inHome } = await someone();
    await remember('hers');
    await close();
    await close({ device: 'hers' });
    await inHome((unit) => lockout.open(unit, owner, { reason: 'password-reset' }));
    expect([await isIn(), await isIn('hers')]).toEqual([true, true]);
  });

  it('forgets the devices if told: whoever holds one is a stranger then', async () => {
    const { owner, lockout, close, remember, isIn, inHome } = await someone();
    await remember('stolen');
    await close({ device: 'stolen' });
    const how = { reason: 'password-reset', forgetDevices: true };
    await inHome((unit) => lockout.open(unit, owner, how));
    await close();
    expect(await isIn('stolen')).toBe(false);
  });

  it('is done by an administrator, by any spelling of the address or by the id', async () => {
    const { owner, unlocking, close, isIn } = await someone();
    await close();
    const email = ` ${owner.email.toUpperCase()} `;
    expect(await unlocking.openByAdministrator({ email })).toMatchObject({ ok: true });
    expect(await isIn()).toBe(true);
    await close();
    expect(await unlocking.openByAdministrator({ userId: owner.id })).toMatchObject({ ok: true });
    expect(await isIn()).toBe(true);
    expect((await entriesOf(owner.id)).at(-1)).toMatchObject({
      action: 'lockout.opened',
      actor_kind: 'system',
      tenant_id: owner.tenantId,
      details: { reason: 'administrator' },
    });
  });

  it('is done by an administrator of the tenant, who leaves an entry, and by none of another', async () => {
    const { owner, unlocking, close, isIn } = await someone();
    await close();
    const stranger = administratorOf(await bench.aTenant());
    expect(await unlocking.openFor(stranger, owner.id)).toEqual({ ok: false, reason: 'unknown' });
    expect(await isIn()).toBe(false);
    const scope = administratorOf(owner.tenantId);
    expect(await unlocking.openFor(scope, owner.id)).toMatchObject({ ok: true });
    expect(await isIn()).toBe(true);
    expect((await entriesOf(owner.id)).slice(-2)).toMatchObject([
      { action: 'lockout.opened', outcome: 'unknown', actor_id: stranger.by.actor.id },
      {
        action: 'lockout.opened',
        outcome: 'success',
        actor_id: scope.by.actor.id,
        details: { reason: 'administrator', after: { closed: false } },
      },
    ]);
  });

  it.each([{ email: 'no address' }, { email: 'nobody@x.test' }, { userId: userId(randomUUID()) }])(
    'finds nobody by %j',
    async (who) => {
      const { unlocking } = await someone();
      expect(await unlocking.openByAdministrator(who)).toEqual({ ok: false, reason: 'unknown' });
    },
  );
});

describe('known devices', () => {
  it('are the twenty that were seen last', async () => {
    const { owner, clock, remember } = await someone();
    for (let count = 0; count < 25; count += 1) {
      await remember(`device ${count}`);
      clock.pass(MINUTE);
    }
    await remember('device 5');
    const kept = await ask('select device_digest from known_devices where user_id = $1', [
      owner.id,
    ]);
    const expected = [5, ...Array.from({ length: 19 }, (_, n) => n + 6)];
    expect(kept.map((row) => row['device_digest']).toSorted()).toEqual(
      expected.map((n) => keys.digestOfDevice(`device ${n}`)).toSorted(),
    );
  });

  it('are known to the account they signed in to, and to no other', async () => {
    const [ada, bob] = [await someone(), await someone()];
    await ada.remember('shared');
    await bob.close();
    expect(await bob.isIn('shared')).toBe(false);
  });
});

describe('the sweep', () => {
  it('forgets counts and devices that nobody came back to, and nothing younger', async () => {
    const { owner, lockout, clock, subject, remember } = await someone();
    const [old, young] = [`${mark()}@x.test`, `${mark()}@x.test`];
    await lockout.count({ ...subject, email: old });
    await remember('old');
    clock.pass(150 * DAY);
    await remember('young');
    clock.pass(30 * DAY - HOUR);
    await lockout.count({ ...subject, email: young });
    clock.pass(HOUR + 1);
    await lockout.sweep(1000);
    expect(await countOf(keys.ofAddress(old))).toEqual([]);
    expect(await countOf(keys.ofAddress(young))).toHaveLength(1);
    expect(
      await ask('select device_digest from known_devices where user_id = $1', [owner.id]),
    ).toEqual([{ device_digest: keys.digestOfDevice('young') }]);
  });

  it('opens nothing that is closed', async () => {
    const { lockout, subject, isIn, close } = await someone();
    await close();
    const farOff = later(new Date('2030-06-01T12:00:00.000Z'), 365 * DAY);
    await ask('update lockouts set closed_until = $2 where key_digest = $1', [
      keys.ofAddress(subject.email),
      farOff,
    ]);
    await ask(`update lockouts set touched_at = '2020-01-01Z' where key_digest = $1`, [
      keys.ofAddress(subject.email),
    ]);
    await lockout.sweep(1000);
    expect(await isIn()).toBe(false);
  });
});
