import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTenant, SYSTEM } from '#src/infra/postgres/bench.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { type TenantId, userId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import { ROLES, type Role, reaches } from '#src/kernel/roles.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { versionOf } from '#src/kernel/version.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { anAdministrationBench } from './bench.ts';
import type { User } from './user.ts';

let room: Awaited<ReturnType<typeof anAdministrationBench>>;

beforeAll(async () => {
  room = await anAdministrationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

function valueOf<Value>(ending: Outcome<Value, string>): Value {
  if (!ending.ok) throw new Error(ending.reason);
  return ending.value;
}

async function lastEntry(tenantId: TenantId) {
  return (await room.entriesOf(tenantId)).at(-1);
}

/** Every change there is of one person, by its name. */
const ACTS = {
  update: (scope, target) => room.administration.update(scope, target, { name: 'Bo' }),
  changeRole: (scope, target) => room.administration.changeRole(scope, target, 'user'),
  disable: (scope, target) => room.administration.disable(scope, target),
  enable: (scope, target) => room.administration.enable(scope, target),
  delete: (scope, target) => room.administration.delete(scope, target),
} as const satisfies Record<string, Act>;

type Act = (
  scope: AdminScope,
  target: { userId: User['id']; version?: string },
) => Promise<Outcome<unknown, string>>;

const ACT_NAMES = Object.keys(ACTS) as (keyof typeof ACTS)[];

describe('an administrator', () => {
  it.each(ACT_NAMES)('does nothing to people of another tenant: %s', async (name) => {
    const [home, other] = [await room.aTenant(), await room.aTenant()];
    const stranger = await room.aPerson(other);
    for (const id of [stranger.id, userId(randomUUID())]) {
      const ending = await ACTS[name](administratorOf(home, 'super_admin'), { userId: id });
      expect(ending).toStrictEqual({ ok: false, reason: 'unknown' });
      expect(await lastEntry(home)).toMatchObject({ outcome: 'unknown', resource_id: id });
    }
    expect(await room.find(stranger)).toStrictEqual(stranger);
    expect(await room.entriesOf(other)).toStrictEqual([]);
  });

  it.each(ACT_NAMES)('does nothing to whoever stands above them: %s', async (name) => {
    const home = await room.aTenant();
    for (const role of ROLES) {
      const above = await room.aPerson(home, { role });
      for (const own of ROLES.filter((own) => !reaches(own, role))) {
        const ending = await ACTS[name](administratorOf(home, own), { userId: above.id });
        expect(ending).toStrictEqual({ ok: false, reason: 'role-too-high' });
        expect(await lastEntry(home)).toMatchObject({ outcome: 'role-too-high' });
      }
      expect(await room.find(above)).toStrictEqual(above);
    }
  });

  it.each(ACT_NAMES)('changes no state that they have not seen: %s', async (name) => {
    const home = await room.aTenant();
    const user = await room.aPerson(home);
    const scope = administratorOf(home);
    const seen = { userId: user.id, version: versionOf(user) };
    valueOf(await room.administration.update(scope, seen, { name: 'Grace' }));
    expect(await ACTS[name](scope, seen)).toStrictEqual({ ok: false, reason: 'changed' });
    expect(await room.find(user)).toMatchObject({ name: 'Grace', status: 'active' });
  });

  it('changes a name, and leaves an entry of who, what was and what is', async () => {
    const home = await room.aTenant();
    const user = await room.aPerson(home);
    const scope = administratorOf(home);
    const target = { userId: user.id, version: versionOf(user) };
    const after = valueOf(await room.administration.update(scope, target, { name: ' Ada  King ' }));
    expect(after).toMatchObject({ name: 'Ada King' });
    expect(versionOf(after)).not.toBe(versionOf(user));
    expect(await room.find(user)).toStrictEqual(after);
    expect(await room.entriesOf(home)).toMatchObject([
      {
        action: 'user.updated',
        outcome: 'success',
        tenant_id: home,
        actor_id: scope.by.actor.id,
        resource_id: user.id,
        address: '192.0.2.7',
        details: { before: { name: 'Ada' }, after: { name: 'Ada King' } },
      },
    ]);
    await expect(
      room.administration.update(scope, { userId: user.id }, { name: '\u200b' }),
    ).rejects.toBeInstanceOf(InvalidInput);
  });
});

describe('a role', () => {
  it('is given up to one’s own, and no further', async () => {
    const home = await room.aTenant({ operator: true });
    for (const own of ROLES)
      for (const wanted of ROLES) {
        const user = await room.aPerson(home);
        const scope = administratorOf(home, own);
        const ending = await room.administration.changeRole(scope, { userId: user.id }, wanted);
        expect(ending.ok).toBe(reaches(own, wanted));
        expect(await room.find(user)).toMatchObject({ role: ending.ok ? wanted : 'user' });
        expect(await lastEntry(home)).toMatchObject({
          action: 'user.role-changed',
          outcome: ending.ok ? 'success' : 'role-too-high',
          details: ending.ok ? { after: expect.anything() } : { role: wanted },
        });
      }
  });

  it('of a super_admin is given in the operator’s own tenant only', async () => {
    const home = await room.aTenant();
    const { id } = await room.aPerson(home);
    const scope = administratorOf(home, 'super_admin');
    expect(await room.administration.changeRole(scope, { userId: id }, 'super_admin')).toEqual({
      ok: false,
      reason: 'operator-only',
    });
  });
});

describe('the last administrator', () => {
  const TAKEN: readonly (keyof typeof ACTS)[] = ['changeRole', 'disable', 'delete'];
  const last = { ok: false, reason: 'last-administrator' };

  it.each(TAKEN)('of a tenant stays, whoever asks: %s', async (name) => {
    const home = await room.aTenant();
    const user = await room.aPerson(home, { role: 'tenant_admin' });
    await room.aPerson(home, { role: 'security_analyst' });
    await room.aPerson(home, { role: 'tenant_admin', status: 'disabled' });
    const scope = administratorOf(home, 'super_admin');
    expect(await ACTS[name](scope, { userId: user.id })).toStrictEqual(last);
    expect(await room.find(user)).toStrictEqual(user);
    expect(await lastEntry(home)).toMatchObject({ outcome: 'last-administrator' });
    await room.aPerson(home, { role: 'tenant_admin' });
    expect(await ACTS[name](scope, { userId: user.id })).toMatchObject({ ok: true });
  });

  it('with the role of a super_admin stays one, beside any number below', async () => {
    const home = await room.aTenant({ operator: true });
    const user = await room.aPerson(home, { role: 'super_admin' });
    await room.aPerson(home, { role: 'tenant_admin' });
    const scope = administratorOf(home, 'super_admin');
    const demote = () => room.administration.changeRole(scope, { userId: user.id }, 'tenant_admin');
    expect(await demote()).toStrictEqual(last);
    await room.aPerson(home, { role: 'super_admin' });
    expect(await demote()).toMatchObject({ ok: true });
  });

  it('is left of twenty who are disabled at once by each other', async () => {
    const home = await room.aTenant();
    const people = await Promise.all(
      Array.from({ length: 20 }, () => room.aPerson(home, { role: 'tenant_admin' })),
    );
    const endings = await Promise.all(
      people.map(({ id }) => room.administration.disable(administratorOf(home), { userId: id })),
    );
    expect(endings.filter(({ ok }) => !ok)).toStrictEqual([last]);
  });
});

describe('a disabled account', () => {
  it('has no session left at once, and none lives until it is enabled again', async () => {
    const home = await room.aTenant();
    const user = await room.aPerson(home);
    const scope = administratorOf(home);
    const now = room.clock.now();
    const session = { uid: 'u', userId: user.id, startedAt: now, signedInAt: now };
    expect(await room.sessions.judge(session)).toMatchObject({ alive: true });

    valueOf(await room.administration.disable(scope, { userId: user.id }));
    expect(await room.sessions.judge(session)).toMatchObject({ reason: 'user-gone' });
    const seen = await room.entriesOf(home);
    expect(seen.map(({ action, actor_id }) => [action, actor_id])).toStrictEqual([
      ['session.all-ended', scope.by.actor.id],
      ['user.disabled', scope.by.actor.id],
    ]);
    expect(seen.at(-1)?.details).toStrictEqual({
      before: { status: 'active' },
      after: { status: 'disabled' },
    });
    valueOf(await room.administration.enable(scope, { userId: user.id }));
    // The session of before stays dead, whatever becomes of the account.
    expect(await room.sessions.judge(session)).toMatchObject({ reason: 'epoch' });
  });
});

describe('a deleted account', () => {
  it('leaves nothing to whoever gets its address, and its id in the log', async () => {
    const home = await room.aTenant();
    const user = await room.aPerson(home);
    const digest = await room.bench.aGrant(home, user.id);
    const scope = administratorOf(home);
    valueOf(await room.administration.delete(scope, { userId: user.id }));

    const draft = { email: user.email, name: 'Eve', role: 'user', password: 'p' } as const;
    const heir = valueOf(await room.enrolment.create(scope, draft));
    expect(heir.id).not.toBe(user.id);
    expect(await room.find(user)).toBeUndefined();
    for (const table of ['grants', 'refresh_tokens'])
      expect(
        await room.count(`select count(*)::int as n from ${table} where id_digest = $1`, digest),
      ).toBe(0);
    const now = room.clock.now();
    const session = { uid: 'u', userId: user.id, startedAt: now, signedInAt: now };
    expect(await room.sessions.judge(session)).toMatchObject({ reason: 'user-gone' });
    const gone = (await room.entriesOf(home)).filter(({ resource_id: id }) => id === user.id);
    expect(gone.at(-1)).toMatchObject({
      action: 'user.deleted',
      details: { before: { email: user.email, name: 'Ada', role: 'user', status: 'active' } },
    });
  });

  it('is one of the unit’s own tenant: the database removes no other', async () => {
    const [home, other] = [await room.aTenant(), await room.aTenant()];
    const stranger = await room.aPerson(other);
    for (const scope of [inTenant(home), SYSTEM])
      expect(await room.units.run(scope, (unit) => room.store.remove(unit, stranger.id))).toBe(
        false,
      );
    expect(await room.find(stranger)).toStrictEqual(stranger);
  });
});

describe('an account that an administrator makes', () => {
  const draft = (email: string, over: Partial<Parameters<typeof room.enrolment.create>[1]> = {}) =>
    ({ email, name: 'Grace', role: 'user', ...over }) as const;

  it('without a password is mailed a link to choose one with, and with one is not', async () => {
    const home = await room.aTenant();
    const scope = administratorOf(home);
    const [one, two] = [`g.${randomUUID()}@x.test`, `h.${randomUUID()}@x.test`];
    const made = valueOf(await room.enrolment.create(scope, draft(one.toUpperCase())));
    valueOf(await room.enrolment.create(scope, draft(two, { password: 'p', verified: true })));
    expect(room.welcomed.filter((email) => [one, two].includes(email))).toStrictEqual([one]);
    expect(made).toMatchObject({ email: one, tenantId: home, role: 'user' });
    expect(await room.find(made)).toStrictEqual(made);
    expect(await room.entriesOf(home)).toMatchObject([
      {
        action: 'user.created',
        resource_id: made.id,
        details: { after: { email: one, name: 'Grace', role: 'user', verified: false } },
      },
      { details: { after: { email: two, verified: true } } },
    ]);
  });

  it('has no role above theirs', async () => {
    const home = await room.aTenant();
    for (const own of ROLES)
      for (const role of ROLES.filter((wanted: Role) => !reaches(own, wanted))) {
        const email = `g.${randomUUID()}@x.test`;
        const ending = await room.enrolment.create(
          administratorOf(home, own),
          draft(email, { role }),
        );
        expect(ending).toStrictEqual({ ok: false, reason: 'role-too-high' });
        expect(await lastEntry(home)).toMatchObject({ outcome: 'role-too-high' });
      }
  });

  it('answers alike whether its address is taken here, elsewhere, or waits to be taken back', async () => {
    const [home, other] = [await room.aTenant(), await room.aTenant()];
    const here = await room.aPerson(home);
    const elsewhere = await room.aPerson(other);
    const waiting = `w.${randomUUID()}@x.test`;
    room.reserved.add(waiting);
    const told = [];
    for (const email of [here.email, elsewhere.email, waiting]) {
      const ending = await room.enrolment.create(administratorOf(home), draft(email));
      const entry = await lastEntry(home);
      told.push([ending, entry?.outcome, entry?.resource_id, { ...entry?.details, email: '' }]);
    }
    expect(told[0]?.[0]).toStrictEqual({ ok: false, reason: 'email-taken' });
    expect(told).toStrictEqual([told[0], told[0], told[0]]);
    expect(await room.entriesOf(other)).toStrictEqual([]);
  });

  it('takes the place of one that somebody registered and nobody proved', async () => {
    const [home, other] = [await room.aTenant(), await room.aTenant()];
    const { emailVerifiedAt: _, ...unproven } = await room.aPerson(other);
    const email = `s.${randomUUID()}@x.test`;
    const squatter = { ...unproven, id: userId(randomUUID()), email, selfRegistered: true };
    await room.units.run(inTenant(other), (unit) => room.store.insert(unit, squatter));
    const made = valueOf(await room.enrolment.create(administratorOf(home), draft(email)));
    expect(await room.find(squatter)).toBeUndefined();
    expect(await room.find(made)).toMatchObject({ email, tenantId: home });
  });
});

describe('a search', () => {
  async function aCrowd() {
    const home = await room.aTenant();
    const crowd: User[] = [];
    for (const [at, name] of ['Ada_1', 'ADA%1', 'Ada1', 'Bob\\'].entries()) {
      // Two of each instant, so that the id decides between them.
      if (at === 2) room.clock.pass(1000);
      crowd.push(await room.aPerson(home, { name }));
    }
    await room.aPerson(await room.aTenant(), { name: 'Ada_1' });
    return { home, crowd, scope: administratorOf(home, 'security_analyst') };
  }

  const ids = (people: readonly User[]) => people.map(({ id }) => id);

  it('shows everybody of the tenant once, page by page, the newest first', async () => {
    const { scope, crowd } = await aCrowd();
    const seen: User[] = [];
    for (let isLast = false; !isLast; ) {
      const last = seen.at(-1);
      const after = last && { createdAt: last.createdAt, id: last.id };
      const page = { limit: 3, ...(after && { after }) };
      const found = await room.directory.search(scope, {}, page);
      seen.push(...found.items);
      isLast = found.isLast;
    }
    expect(ids(seen)).toStrictEqual(ids(crowd).toReversed());
  });

  it('takes what is looked for by the letter', async () => {
    const { scope, crowd } = await aCrowd();
    const found = async (filter: Parameters<typeof room.directory.search>[1]) =>
      (await room.directory.search(scope, filter, { limit: 50 })).items.map(({ name }) => name);
    expect(await found({ name: 'a_1' })).toStrictEqual(['Ada_1']);
    expect(await found({ name: 'a%1' })).toStrictEqual(['ADA%1']);
    expect(await found({ name: '\\' })).toStrictEqual(['Bob\\']);
    expect(await found({ name: 'ada' })).toHaveLength(3);
    expect(await found({ email: crowd[3]?.email ?? '' })).toStrictEqual(['Bob\\']);
    expect(await found({ email: '%' })).toStrictEqual([]);
    expect(await found({ role: 'tenant_admin' })).toStrictEqual([]);
    expect(await found({ status: 'active', verified: true })).toHaveLength(4);
    expect(await found({ verified: false })).toStrictEqual([]);
  });

  it('leaves an entry of what was asked and who was shown', async () => {
    const { home, scope, crowd } = await aCrowd();
    await room.directory.search(scope, { name: 'Ada_1' }, { limit: 50 });
    expect(await lastEntry(home)).toMatchObject({
      action: 'user.searched',
      actor_id: scope.by.actor.id,
      details: { filter: { name: 'Ada_1' }, count: 1, users: [crowd[0]?.id] },
    });
  });

  it('of the operator reaches every tenant', async () => {
    const { home, crowd } = await aCrowd();
    const email = crowd[0]?.email ?? '';
    const { items } = await room.directory.search(operatorOf(home), { email }, { limit: 50 });
    expect(ids(items)).toStrictEqual([crowd[0]?.id]);
  });
});

describe('a look at somebody', () => {
  it('leaves an entry, and one of another tenant is not there', async () => {
    const [home, other] = [await room.aTenant(), await room.aTenant()];
    const [user, stranger] = [await room.aPerson(home), await room.aPerson(other)];
    const scope = administratorOf(home);
    expect(await room.directory.find(scope, user.id)).toStrictEqual({ ok: true, value: user });
    expect(await room.directory.find(scope, stranger.id)).toStrictEqual({
      ok: false,
      reason: 'unknown',
    });
    expect(await room.entriesOf(home)).toMatchObject([
      { action: 'user.read', outcome: 'success', resource_id: user.id },
      { action: 'user.read', outcome: 'unknown', resource_id: stranger.id },
    ]);
  });
});
