import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORIGIN } from '#src/features/verification/bench.ts';
import { mark } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY, HOUR } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import { aRegistrationBench, type RegistrationBench } from './bench.ts';
import type { Place } from './service.ts';

let room: RegistrationBench;
beforeAll(async () => {
  room = await aRegistrationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

const anAddress = () => `ada.${mark()}@x.test`;
const entriesBy = (column: string, value: string) =>
  room.inSystem(async (unit) => {
    const found = await client(unit).query<{ tenant_id: string; action: string; outcome: string }>(
      `select tenant_id, action, outcome, details from audit_entries where ${column} = $1 order by id`,
      [value],
    );
    return found.rows;
  });
const topicsTo = (email: string) => room.mailsTo(email).map(({ topic }) => topic);

async function registered(email: string, password = 'long enough', name = 'Ada') {
  const tenant = await room.aTenant();
  const ending = await room.register(tenant, { email, password, name });
  if (!ending.ok || !ending.value.user) throw new Error('Nobody was registered.');
  return { tenant, user: ending.value.user, ...room.newest(email) };
}

describe('registering', () => {
  it('makes an account that waits to be proven, with its password, its mail and its entries', async () => {
    const email = anAddress();
    const { tenant, user } = await registered(email);
    const found = await room.find(user);
    expect(found).toMatchObject({ tenantId: tenant.id, role: 'user', selfRegistered: true });
    expect(found?.emailVerifiedAt).toBeUndefined();
    const entries = (await entriesBy('resource_id', user.id)).map(({ action }) => action);
    expect(entries).toEqual(['registration.completed', 'verification.requested']);
    const password = await room.inSystem((unit) => room.passwords.read(unit, user.id));
    expect(password?.hash).toBe('#long enough');
  });

  it('names everything that does not fit, and makes nothing', async () => {
    const tenant = await room.aTenant();
    const email = anAddress();
    expect(await room.register(tenant, { email: 'ada', name: '' })).toMatchObject({
      ok: false,
      reason: 'unfit',
      fields: { email: expect.any(String), name: expect.any(String) },
    });
    expect(await room.register(tenant, { email, password: 'short' })).toEqual({
      ok: false,
      reason: 'unfit',
      fields: {},
      faults: ['too-short'],
    });
    expect(await room.holdersOf(email)).toEqual([]);
  });

  it('an address that somebody proved ends alike, and tells its owner', async () => {
    const email = anAddress();
    const { user, code } = await registered(email);
    await room.claims.tryCode(room.waitOf(user), code, ORIGIN);
    const elsewhere = await room.aTenant();
    expect(await room.register(elsewhere, { email, name: 'Eve' })).toEqual({ ok: true, value: {} });

    expect(await room.holdersOf(email)).toMatchObject([{ id: user.id, name: 'Ada' }]);
    expect(topicsTo(email)).toEqual(['verification/confirm', 'registration/taken']);
    expect((await entriesBy('resource_id', user.id)).at(-1)).toMatchObject({
      tenant_id: user.tenantId,
      action: 'registration.refused',
      outcome: 'email-taken',
    });
    // The tenant that was asked for learns nothing of another's account.
    expect(await entriesBy('tenant_id', elsewhere.id)).toEqual([]);
  });

  it('an address an administrator gave somebody is taken, though nobody proved it', async () => {
    const user = await room.aStranger({ selfRegistered: false });
    expect(await room.register(await room.aTenant(), { email: user.email })).toEqual({
      ok: true,
      value: {},
    });
    expect(await room.holdersOf(user.email)).toMatchObject([{ id: user.id }]);
  });

  it('an address that somebody may take back is taken, and its log entry does not name it', async () => {
    const tenant = await room.aTenant();
    const email = anAddress();
    room.reservations.add(email);
    expect(await room.register(tenant, { email })).toEqual({ ok: true, value: {} });
    expect(await room.holdersOf(email)).toEqual([]);
    const entries = await entriesBy('tenant_id', tenant.id);
    expect(entries).toMatchObject([{ action: 'registration.refused', outcome: 'email-taken' }]);
    expect(JSON.stringify(entries)).not.toContain(email);
  });

  it('tells the owner three times an hour at most', async () => {
    const email = anAddress();
    const { user, code, tenant } = await registered(email);
    await room.claims.tryCode(room.waitOf(user), code, ORIGIN);
    for (let round = 0; round < 5; round += 1) await room.register(tenant, { email });
    expect(topicsTo(email).filter((topic) => topic === 'registration/taken')).toHaveLength(3);
  });

  it('of one address twenty times at once leaves one account, and no mail that was for none', async () => {
    const tenant = await room.aTenant();
    const email = anAddress();
    const endings = await Promise.all(
      Array.from({ length: 20 }, () => room.register(tenant, { email })),
    );
    expect(endings.every(({ ok }) => ok)).toBe(true);
    const made = endings.flatMap((ending) => (ending.ok && ending.value.user) || []);
    const holders = await room.holdersOf(email);
    expect(holders).toHaveLength(1);
    expect(made.map(({ id }) => id)).toContain(holders[0]?.id);
    // A late one may have come in the place of an earlier: each had its mail, and there are three an hour.
    expect(topicsTo(email)).toEqual(made.map(() => 'verification/confirm'));
    expect(made.length).toBeLessThanOrEqual(3);
  });
});

describe('a stranger who registered the address first', () => {
  it('is left with nothing once its owner comes', async () => {
    const email = anAddress();
    const stranger = await registered(email, 'the stranger’s', 'Eve');
    const owner = await registered(email, 'the owner’s own', 'Ada');

    expect(owner.user.id).not.toBe(stranger.user.id);
    expect(await room.holdersOf(email)).toMatchObject([
      { id: owner.user.id, name: 'Ada', tenant_id: owner.tenant.id },
    ]);
    const hashes = await room.inSystem((unit) =>
      client(unit).query('select hash from passwords where user_id = any($1)', [
        [stranger.user.id, owner.user.id],
      ]),
    );
    expect(hashes.rows).toEqual([{ hash: '#the owner’s own' }]);

    const { token } = stranger;
    expect(await room.links.peek(token)).toEqual({ standing: 'unknown' });
    const waits = room.waitOf(stranger.user);
    for (const code of [stranger.code, owner.code])
      expect(await room.claims.tryCode(waits, code, ORIGIN)).toBe(false);
    await room.links.confirm({ token: owner.token, waitingFor: owner.user.id, origin: ORIGIN });
    expect(await room.claims.isProven(waits)).toBe(false);
    expect(await room.claims.isProven(room.waitOf(owner.user))).toBe(true);
  });

  it('gets nowhere with the owner’s mail alone, nor does the owner prove the stranger’s account', async () => {
    const email = anAddress();
    const stranger = await registered(email, 'the stranger’s');
    const { token } = stranger;
    // The owner opens the link that came unasked: another browser, and a password they never chose.
    const attempt = { token, password: 'the owner’s own', origin: ORIGIN };
    expect(await room.links.confirm(attempt)).toEqual({ ok: false, reason: 'wrong-password' });
    expect((await room.find(stranger.user))?.emailVerifiedAt).toBeUndefined();
  });

  it('who comes back after the mails are used up does not drive the owner out', async () => {
    const email = anAddress();
    for (let round = 0; round < 2; round += 1) await registered(email, 'the stranger’s');
    const owner = await registered(email);
    expect(await room.register(owner.tenant, { email })).toEqual({ ok: true, value: {} });
    expect(await room.holdersOf(email)).toMatchObject([{ id: owner.user.id }]);
    expect(await room.claims.tryCode(room.waitOf(owner.user), owner.code, ORIGIN)).toBe(true);
  });
});

describe('an invitation', () => {
  const ACTOR = { kind: 'system', id: 'test' } as const;

  async function invited(over: Parameters<typeof room.aTenant>[0] = { registration: 'invite' }) {
    const tenant = await room.aTenant(over);
    const email = anAddress();
    const draft = { tenantId: tenant.id, email, role: 'tenant_admin', by: ACTOR };
    const sent = await room.invitations.invite(draft);
    if (!sent.ok) throw new Error(sent.reason);
    return { tenant, email, draft, ...room.newest(email) };
  }

  async function accept(token: string) {
    const place = await room.places.find({ invitation: token });
    return place.ok ? enter(place.value) : place;
  }

  const enter = (place: Place) =>
    room.registration.register({
      place,
      email: 'eve@x.test',
      name: 'Ada',
      password: 'long enough',
      origin: ORIGIN,
    });

  it('makes an account of its address and role, proven at once and with no further mail', async () => {
    const { tenant, email, token } = await invited();
    const ending = await accept(token);
    expect(ending).toMatchObject({ ok: true, value: { user: { email, role: 'tenant_admin' } } });
    const [holder] = await room.holdersOf(email);
    const found = await room.find({ id: (holder?.id ?? '') as never });
    expect(found).toMatchObject({ tenantId: tenant.id, emailVerifiedAt: room.now() });
    expect(topicsTo(email)).toEqual(['registration/invitation']);
    expect(await room.places.find({ invitation: token })).toEqual({
      ok: false,
      reason: 'invitation-gone',
    });
  });

  it('works once of twenty times at the same moment', async () => {
    const { email, token } = await invited();
    const endings = await Promise.all(Array.from({ length: 20 }, () => accept(token)));
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await room.holdersOf(email)).toHaveLength(1);
  });

  it('spent by another request leaves no account behind', async () => {
    const { email, token } = await invited();
    const place = await room.places.find({ invitation: token });
    if (!place.ok) throw new Error(place.reason);
    await room.inSystem((unit) =>
      client(unit).query('update invitations set spent_at = $2 where email = $1', [
        email,
        room.now(),
      ]),
    );
    const ending = await enter(place.value);
    expect(ending).toEqual({ ok: false, reason: 'invitation-gone' });
    expect(await room.holdersOf(email)).toEqual([]);
  });

  it('is dead after seven days, and once a newer one was sent', async () => {
    const { draft, token } = await invited();
    expect(await room.invitations.find(token)).toMatchObject({ email: draft.email });
    await room.invitations.invite(draft);
    expect(await room.invitations.find(token)).toBeUndefined();
    const newer = room.newest(draft.email).token;
    room.clock.pass(7 * DAY - HOUR);
    expect(await room.invitations.find(newer)).toBeDefined();
    room.clock.pass(HOUR);
    expect(await room.invitations.find(newer)).toBeUndefined();
  });

  it('takes the place of an account that nobody proved', async () => {
    const { email, token } = await invited();
    const stranger = await registered(email);
    expect(await accept(token)).toMatchObject({ ok: true });
    expect(await room.holdersOf(email)).not.toMatchObject([{ id: stranger.user.id }]);
  });

  it('of an address that somebody has is refused, at sending and at coming', async () => {
    const { email, draft, token } = await invited();
    const { user, code } = await registered(email);
    await room.claims.tryCode(room.waitOf(user), code, ORIGIN);
    expect(await accept(token)).toEqual({ ok: false, reason: 'email-taken' });
    expect(await room.invitations.invite(draft)).toEqual({ ok: false, reason: 'email-taken' });
    expect(topicsTo(email)).not.toContain('registration/taken');
    expect(await room.holdersOf(email)).toMatchObject([{ id: user.id }]);
  });

  it('into a closed tenant is not sent, and one sent before it closed is no way in', async () => {
    const { tenant, draft, token } = await invited();
    await room.tenancy.update(tenant.slug, { registration: 'off' });
    expect(await room.invitations.invite(draft)).toEqual({ ok: false, reason: 'registration-off' });
    expect(await room.places.find({ invitation: token })).toEqual({ ok: false, reason: 'closed' });
  });

  it('is an administrator’s to send, to a role up to theirs, and its entry says who', async () => {
    const tenant = await room.aTenant({ registration: 'invite' });
    for (const own of ROLES.slice(0, 3))
      for (const role of ROLES.slice(0, 3)) {
        const by = administratorOf(tenant.id, own);
        const email = anAddress();
        const sent = await room.invitations.invite({ tenantId: tenant.id, email, role, by });
        const isTooHigh = ROLES.indexOf(role) > ROLES.indexOf(own);
        expect(sent).toMatchObject(isTooHigh ? { reason: 'role-too-high' } : { ok: true });
        const [entry] = await room.inSystem(async (unit) => {
          const found = await client(unit).query(
            `select outcome, actor_id, address, details from audit_entries
             where tenant_id = $1 order by id desc limit 1`,
            [tenant.id],
          );
          return found.rows;
        });
        expect(entry).toMatchObject({ actor_id: by.by.actor.id, address: '192.0.2.7' });
        expect(entry).toMatchObject(
          isTooHigh
            ? { outcome: 'role-too-high', details: { email, role } }
            : { outcome: 'success', details: { after: { email, role } } },
        );
      }
  });

  it('makes a super_admin in the operator’s own tenant only', async () => {
    const { draft } = await invited();
    const super_admin = { ...draft, role: 'super_admin' };
    await expect(room.invitations.invite(super_admin)).rejects.toThrow(InvalidInput);
    const operator = await room.aTenant({ operator: true });
    const sent = await room.invitations.invite({ ...super_admin, tenantId: operator.id });
    expect(sent).toMatchObject({ ok: true, value: { role: 'super_admin' } });
  });
});

describe('where somebody registers', () => {
  it('is said by the application before the address, and by nothing else than the default after them', async () => {
    const [one, other] = [await room.aTenant(), await room.aTenant()];
    const place = async (way: Parameters<typeof room.places.find>[0]) => {
      const found = await room.places.find(way);
      return found.ok ? found.value.tenant.id : found.reason;
    };
    expect(await place({ tenantId: one.id, slug: other.slug })).toBe(one.id);
    expect(await place({ slug: other.slug })).toBe(other.id);
    await room.tenancy.update(other.slug, { isDefault: true });
    expect(await place({})).toBe(other.id);
    expect(await place({ slug: 'no-such-tenant' })).toBe('closed');
    expect(await place({ slug: "' or 1=1" })).toBe('closed');
  });

  it.each([
    [{ registration: 'off' }, 'closed'],
    [{ registration: 'invite' }, 'by-invitation'],
    [{ registration: 'open', status: 'suspended' }, 'closed'],
  ] as const)('is nowhere at %j', async (over, reason) => {
    const { slug } = await room.aTenant(over);
    expect(await room.places.find({ slug })).toEqual({ ok: false, reason });
  });
});
