import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTenant } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { aVerificationBench, ORIGIN, PASSWORD, type VerificationBench } from './bench.ts';

let room: VerificationBench;
beforeAll(async () => {
  room = await aVerificationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

const times = <T>(count: number, work: () => Promise<T>) =>
  Promise.all(Array.from({ length: count }, work));

async function aClaimant() {
  const user = await room.aStranger();
  expect(await room.issue(user, 'flock')).toBe(true);
  return { user, ...room.newest(user.email) };
}

describe('a mailed link', () => {
  it('leads to the configured origin, and is kept as a digest only', async () => {
    const { user, token, code } = await aClaimant();
    const mail = room.outbox.mails.findLast(({ to }) => to === user.email);
    expect(mail).toMatchObject({
      topic: 'verification/confirm',
      expiresAt: later(room.clock.now(), DAY),
    });
    expect(mail?.model['link']).toBe(`https://id.example.test/verify/${token}`);
    expect(token).toMatch(/^[\w-]{43}$/);
    const kept = await room.inSystem((unit) =>
      client(unit).query('select * from verifications where user_id = $1', [user.id]),
    );
    const text = JSON.stringify(kept.rows);
    expect(text).not.toContain(token);
    expect(text).not.toContain(code);
    expect(await room.entriesOf(user.id)).toEqual(['verification.requested success']);
  });

  it('is looked at as often as anybody likes, and nothing comes of it', async () => {
    const { user, token } = await aClaimant();
    for (const link of await times(3, () => room.links.peek(token)))
      expect(link).toMatchObject({ standing: 'fresh', issued: { email: user.email } });
    expect((await room.find(user))?.emailVerifiedAt).toBeUndefined();
    expect((await room.entriesOf(user.id)).length).toBe(1);
  });

  it('takes a button in the browser that waits, and the password in any other', async () => {
    const { user, token } = await aClaimant();
    const attempt = { token, origin: ORIGIN };
    expect(await room.links.confirm(attempt)).toEqual({ ok: false, reason: 'wrong-password' });
    const other = await aClaimant();
    expect(await room.links.confirm({ ...attempt, waitingFor: other.user.id })).toMatchObject({
      ok: false,
    });
    expect((await room.find(user))?.emailVerifiedAt).toBeUndefined();
    expect(await room.links.confirm({ ...attempt, waitingFor: user.id })).toMatchObject({
      ok: true,
      value: { userId: user.id, clientId: 'flock' },
    });
    expect((await room.find(user))?.emailVerifiedAt).toEqual(room.clock.now());
    expect((await room.entriesOf(user.id)).at(-1)).toBe('verification.completed success');

    expect(
      await room.links.confirm({ token: other.token, password: PASSWORD, origin: ORIGIN }),
    ).toMatchObject({ ok: true });
  });

  it('survives a wrong password, which is counted, and so is the right one', async () => {
    const { user, token } = await aClaimant();
    room.told.length = 0;
    const attempt = { token, device: 'd', origin: ORIGIN };
    const wrong = await room.links.confirm({ ...attempt, password: 'wrong' });
    expect(wrong).toEqual({ ok: false, reason: 'wrong-password' });
    const right = await room.links.confirm({ ...attempt, password: PASSWORD });
    expect(right).toMatchObject({ ok: true });
    expect(room.told).toEqual([`wrong ${user.email}`, 'right']);
    expect(await room.entriesOf(user.id)).toEqual([
      'verification.requested success',
      'verification.refused wrong-password',
      'verification.completed success',
    ]);
  });

  it('does not open by the right password where the account is locked', async () => {
    await using locked = await aVerificationBench({ closesAfter: 0 });
    const user = await locked.aStranger();
    await locked.issue(user);
    const { token } = locked.newest(user.email);
    expect(await locked.links.confirm({ token, password: PASSWORD, origin: ORIGIN })).toEqual({
      ok: false,
      reason: 'wrong-password',
    });
    expect((await locked.entriesOf(user.id)).at(-1)).toBe('verification.refused locked');
  });

  it('works once of twenty times at the same moment', async () => {
    const { user, token } = await aClaimant();
    const endings = await times(20, () =>
      room.links.confirm({ token, waitingFor: user.id, origin: ORIGIN }),
    );
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
    const entries = await room.entriesOf(user.id);
    expect(entries.filter((entry) => entry === 'verification.completed success')).toHaveLength(1);
    expect(entries).toHaveLength(21);
    expect(await room.links.peek(token)).toMatchObject({ standing: 'done' });
  });

  it('proves no address that the account has no more', async () => {
    const { user, token } = await aClaimant();
    const scope = inTenant(user.tenantId);
    const to = `b.${user.email}`;
    await room.units.run(scope, (unit) =>
      client(unit).query('update users set email = $2 where id = $1', [user.id, to]),
    );
    const ending = await room.links.confirm({ token, waitingFor: user.id, origin: ORIGIN });
    expect(ending).toEqual({ ok: false, reason: 'superseded' });
    expect((await room.find(user))?.emailVerifiedAt).toBeUndefined();
  });

  it('that nobody was sent is nobody’s, and the log says so', async () => {
    const token = room.ids.secret();
    expect(await room.links.peek(token)).toEqual({ standing: 'unknown' });
    expect(await room.links.confirm({ token, origin: ORIGIN })).toEqual({
      ok: false,
      reason: 'unknown',
    });
  });
});

describe('a typed code', () => {
  it('proves the address in the browser that waits, once', async () => {
    const { user, code, token } = await aClaimant();
    const wait = room.waitOf(user);
    expect(await room.claims.isProven(wait)).toBe(false);
    expect(await room.claims.tryCode(wait, ` ${code.slice(0, 3)} ${code.slice(3)}`, ORIGIN)).toBe(
      true,
    );
    expect(await room.claims.isProven(wait)).toBe(true);
    expect(await room.claims.tryCode(wait, code, ORIGIN)).toBe(false);
    expect(await room.links.peek(token)).toMatchObject({ standing: 'done' });
    expect((await room.entriesOf(user.id)).slice(1)).toEqual([
      'verification.completed success',
      'verification.refused code-dead',
    ]);
  });

  it('is dead after five wrong ones, however many come at once, and the link is not', async () => {
    const { user, code, token } = await aClaimant();
    const wait = room.waitOf(user);
    const wrong = `${(Number(code) + 1) % 1_000_000}`.padStart(6, '0');
    await times(20, () => room.claims.tryCode(wait, wrong, ORIGIN));
    const looked = (await room.entriesOf(user.id)).filter((entry) => entry.endsWith('wrong-code'));
    expect(looked).toHaveLength(5);
    expect(await room.claims.tryCode(wait, code, ORIGIN)).toBe(false);
    const ending = await room.links.confirm({ token, waitingFor: user.id, origin: ORIGIN });
    expect(ending).toMatchObject({ ok: true });
  });

  it('is right for its own account only', async () => {
    const [one, other] = [await aClaimant(), await aClaimant()];
    if (one.code !== other.code)
      expect(await room.claims.tryCode(room.waitOf(one.user), other.code, ORIGIN)).toBe(false);
    expect(await room.claims.tryCode(room.waitOf(one.user), one.code, ORIGIN)).toBe(true);
    expect((await room.find(other.user))?.emailVerifiedAt).toBeUndefined();
  });

  it('is over with its day', async () => {
    const { user, code } = await aClaimant();
    room.clock.pass(DAY);
    expect(await room.claims.tryCode(room.waitOf(user), code, ORIGIN)).toBe(false);
  });
});

describe('a wait for nothing', () => {
  it('is answered like any other, and never gets anywhere', async () => {
    const { code, user } = await aClaimant();
    for (const wait of [{ email: user.email }, { email: user.email, tenantId: user.tenantId }]) {
      expect(await room.claims.isProven(wait)).toBe(false);
      expect(await room.claims.tryCode(wait, code, ORIGIN)).toBe(false);
      const before = room.outbox.mails.length;
      await room.claims.again(wait, ORIGIN);
      expect(room.outbox.mails.length).toBe(before);
    }
  });

  it('of an account that made way gets nowhere either', async () => {
    const { user, code, token } = await aClaimant();
    await room.inSystem((unit) => room.users.discardUnproven(unit, user.id));
    expect(await room.claims.tryCode(room.waitOf(user), code, ORIGIN)).toBe(false);
    expect(await room.links.peek(token)).toEqual({ standing: 'unknown' });
  });
});

describe('asking again', () => {
  it('sends nothing once the address is proven', async () => {
    const { user, code } = await aClaimant();
    await room.claims.tryCode(room.waitOf(user), code, ORIGIN);
    const before = room.outbox.mails.length;
    await room.claims.again(room.waitOf(user), ORIGIN);
    expect(room.outbox.mails.length).toBe(before);
    expect((await room.entriesOf(user.id)).at(-1)).toBe('verification.refused done');
  });

  it('by a link that has not expired sends nothing', async () => {
    const { token } = await aClaimant();
    const before = room.outbox.mails.length;
    await room.links.renew(token, ORIGIN);
    await room.links.renew(room.ids.secret(), ORIGIN);
    expect(room.outbox.mails.length).toBe(before);
  });
});

describe('waits', () => {
  it('are found by their handle for a day, and name nothing where they are kept', async () => {
    const wait = { email: 'Ada@x.test', clientId: 'flock', interaction: 'uid-of-ada' };
    const handle = await room.verification.begin(wait);
    expect(await room.waits.find(handle)).toEqual(wait);
    expect(await room.waits.find(room.ids.secret())).toBeUndefined();
    expect(JSON.stringify([...room.waitStore.entries])).not.toMatch(/ada|flock/i);
    room.clock.pass(DAY - HOUR);
    expect(await room.waits.find(handle)).toEqual(wait);
    room.clock.pass(HOUR);
    expect(await room.waits.find(handle)).toBeUndefined();
  });
});
