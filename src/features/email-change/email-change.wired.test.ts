import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserStore } from '#src/features/users/index.ts';
import { aBench, type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import { Conflict, Unauthenticated } from '#src/kernel/faults.ts';
import { userId } from '#src/kernel/ids.ts';
import { aPassword } from '../recovery/bench.ts';
import { anEmail, createChangeStage, linkIn, PASSWORD } from './bench.ts';
import type { EmailChangeDeps } from './service.ts';
import { createEmailChangeStore } from './store.pg.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const stage = (over: Partial<EmailChangeDeps> = {}) => createChangeStage(bench, over);
const topics = ({ post }: ReturnType<typeof stage>) => post.mails.map(({ topic }) => topic);

describe('asking for another address', () => {
  it('changes nothing, and mails the new address a link for 24 hours', async () => {
    const here = stage();
    const { aPerson, ask, emailOf, post, told, clock, entries, set } = here;
    const person = await aPerson();
    const newEmail = anEmail();
    expect(await ask(person, ` ${newEmail.toUpperCase()}`)).toEqual({ ok: true, value: undefined });
    expect(await emailOf(person)).toBe(person.email);
    expect(post.mails).toMatchObject([
      {
        ...{ to: newEmail, topic: 'email-change/confirm', atMostPerHour: 3 },
        expiresAt: later(clock.now(), 24 * HOUR),
      },
    ]);
    const { path, token } = linkIn(post.mails[0]);
    expect(path).toBe('/email/confirm');
    const kept = await set('select * from email_changes where user_id = $1', [person.id]);
    expect(JSON.stringify(kept)).not.toContain(token);
    expect(told).toEqual(['right']);
    expect(await entries()).toMatchObject([
      { action: 'email-change.requested', outcome: 'success', resource_id: person.id },
    ]);
    expect(JSON.stringify(await entries())).not.toContain(newEmail);
  });

  it('needs the password, and counts a wrong one', async () => {
    const here = stage();
    const { aPerson, ask, told, tried, entries } = here;
    const person = await aPerson();
    expect(await ask(person, anEmail(), 'wrong')).toEqual({ ok: false, reason: 'wrong-password' });
    expect(tried).toMatchObject([{ email: person.email, owner: { id: person.id } }]);
    expect(told).toEqual(['wrong']);
    expect(topics(here)).toEqual([]);
    expect(await entries()).toMatchObject([
      {
        ...{ action: 'email-change.refused', outcome: 'wrong-password', resource_id: person.id },
        details: { step: 'ask' },
      },
    ]);
  });

  it.each(['', 'no address', 'a@b@c', `${'x'.repeat(300)}@x.test`])(
    'refuses %j, which is no address, without looking at the password',
    async (newEmail) => {
      const { aPerson, ask, tried } = stage();
      expect(await ask(await aPerson(), newEmail)).toEqual({ ok: false, reason: 'no-address' });
      expect(tried).toEqual([]);
    },
  );

  it('refuses the address they have, however it is written', async () => {
    const { aPerson, ask } = stage();
    const person = await aPerson();
    expect(await ask(person, person.email.toUpperCase())).toMatchObject({
      reason: 'same-address',
    });
  });

  it('answers alike for somebody else’s address, and tells its owner under their own tenant’s name', async () => {
    const here = stage();
    const { aPerson, ask, post, entries, set } = here;
    const [person, owner] = [await aPerson(), await aPerson()];
    expect(await ask(person, owner.email)).toEqual({ ok: true, value: undefined });
    expect(post.mails).toMatchObject([
      { to: owner.email, topic: 'email-change/taken', tenantId: owner.tenantId, atMostPerHour: 3 },
    ]);
    expect(await set('select from email_changes where user_id = $1', [person.id])).toEqual([]);
    expect(await entries()).toMatchObject([
      { outcome: 'taken', tenant_id: person.tenantId, resource_id: person.id },
    ]);
  });

  it('mails an address three times an hour at most, and leaves the third link good', async () => {
    const { aPerson, asked, ask, confirm, entries } = stage();
    const person = await aPerson();
    const newEmail = anEmail();
    for (let count = 0; count < 2; count += 1) await ask(person, newEmail);
    const third = await asked(person, newEmail);
    await ask(person, newEmail);
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'limited' });
    expect(await confirm(third)).toMatchObject({ ok: true });
  });

  it('withdraws what was asked for before', async () => {
    const { aPerson, asked, confirm, emailOf } = stage();
    const person = await aPerson();
    const older = await asked(person, anEmail());
    const newEmail = anEmail();
    const newer = await asked(person, newEmail);
    expect(await confirm(older)).toEqual({ ok: false, reason: 'link-overtaken' });
    expect(await confirm(newer)).toEqual({ ok: true, value: newEmail });
    expect(await emailOf(person)).toBe(newEmail);
  });

  it('is nothing for whose account is gone', async () => {
    const { aPerson, ask } = stage();
    const { tenantId } = await aPerson();
    const gone = { tenantId, id: userId('01890000-0000-7000-8000-000000000001') };
    await expect(ask(gone, anEmail())).rejects.toBeInstanceOf(Unauthenticated);
  });
});

describe('confirming it', () => {
  it('changes the address, proves it, keeps sessions, and tells the old one how to undo it', async () => {
    const here = stage();
    const { aPerson, asked, confirm, post, set, sessions, clock, entries } = here;
    const person = await aPerson();
    const session = {
      uid: mark(),
      userId: person.id,
      startedAt: clock.now(),
      signedInAt: clock.now(),
    };
    const newEmail = anEmail();
    const token = await asked(person, newEmail);
    clock.pass(HOUR);
    expect(await confirm(token)).toEqual({ ok: true, value: newEmail });
    expect(
      await set('select email, email_verified_at from users where id = $1', [person.id]),
    ).toEqual([{ email: newEmail, email_verified_at: clock.now() }]);
    expect(await sessions.judge(session)).toMatchObject({ alive: true, user: { email: newEmail } });
    expect(post.mails.at(-1)).toMatchObject({
      ...{ to: person.email, topic: 'email-change/changed' },
      model: { oldEmail: person.email, newEmail, name: 'Ada' },
      expiresAt: later(clock.now(), 72 * HOUR),
    });
    expect(linkIn(post.mails.at(-1)).path).toBe('/email/undo');
    expect((await entries()).at(-1)).toMatchObject({
      ...{ action: 'email-change.confirmed', outcome: 'success', resource_id: person.id },
      details: { oldEmail: person.email, newEmail },
    });
  });

  it('is looked at as often as anybody likes, and done once', async () => {
    const { aPerson, asked, confirm, emailChange } = stage();
    const person = await aPerson();
    const newEmail = anEmail();
    const token = await asked(person, newEmail);
    const look = () => emailChange.look({ kind: 'confirm', token });
    for (let count = 0; count < 3; count += 1)
      expect(await look()).toEqual({ ok: true, value: { oldEmail: person.email, newEmail } });
    const endings = await Promise.all(Array.from({ length: 20 }, () => confirm(token)));
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
    for (const ending of endings.filter(({ ok }) => !ok))
      expect(ending).toEqual({ ok: false, reason: 'link-used' });
    expect(await look()).toEqual({ ok: false, reason: 'link-used' });
  });

  it('at once with a reset of the password comes to nothing, or before it', async () => {
    const { aPerson, asked, aLink, confirm, choose, emailOf, holds } = stage();
    for (let round = 0; round < 5; round += 1) {
      const person = await aPerson();
      const newEmail = anEmail();
      const [change, reset] = [await asked(person, newEmail), await aLink(person)];
      const [changed, chosen] = await Promise.all([
        // Where the reset came in between, the change is undone as it is made.
        confirm(change).catch((fault: unknown) => ({ ok: !(fault instanceof Conflict) })),
        choose(reset, aPassword('new')),
      ]);
      const isReset = chosen.ok;
      expect(changed.ok).toBe(!isReset);
      expect(await holds(person, aPassword('new'))).toBe(isReset);
      expect(await emailOf(person)).toBe(isReset ? person.email : newEmail);
    }
  });

  it('is over after 24 hours, to the millisecond', async () => {
    const { aPerson, asked, confirm, emailChange, clock, entries } = stage();
    const person = await aPerson();
    const token = await asked(person, anEmail());
    clock.pass(24 * HOUR - 1);
    expect(await emailChange.look({ kind: 'confirm', token })).toMatchObject({ ok: true });
    clock.pass(1);
    expect(await confirm(token)).toEqual({ ok: false, reason: 'link-expired' });
    expect((await entries()).at(-1)).toMatchObject({
      ...{ action: 'email-change.refused', outcome: 'link-expired', resource_id: person.id },
      details: { step: 'confirm' },
    });
  });

  it('kills the links to reset the password that were mailed to the old address', async () => {
    const { aPerson, aLink, changed, choose } = stage();
    const person = await aPerson();
    const reset = await aLink(person);
    await changed(person, anEmail());
    expect(await choose(reset, aPassword('new'))).toMatchObject({ ok: false });
  });

  it.each([
    ['the password was reset', 'link-overtaken'],
    ['every session was ended', 'link-overtaken'],
    ['the account was disabled', 'account-closed'],
    ['the tenant was suspended', 'account-closed'],
  ])('is refused once %s', async (what, reason) => {
    const { aPerson, asked, aLink, choose, confirm, emailOf, sessions, set, clock } = stage();
    const person = await aPerson();
    const token = await asked(person, anEmail());
    clock.pass(MINUTE);
    const acts: Record<string, () => Promise<unknown>> = {
      'the password was reset': async () => choose(await aLink(person), aPassword('new')),
      'every session was ended': () =>
        bench.units.run(inTenant(person.tenantId), (unit) =>
          sessions.endAll(unit, person.id, 'asked'),
        ),
      'the account was disabled': () =>
        set(`update users set status = 'disabled' where id = $1`, [person.id]),
      'the tenant was suspended': () =>
        set(`update tenants set status = 'suspended' where id = $1`, [person.tenantId]),
    };
    await acts[what]?.();
    expect(await confirm(token)).toEqual({ ok: false, reason });
    expect(await emailOf(person)).toBe(person.email);
  });

  it('of two people who want one address gives it to the first', async () => {
    const { aPerson, asked, confirm, emailOf } = stage();
    const [ada, bob] = [await aPerson(), await aPerson()];
    const newEmail = anEmail();
    const [adas, bobs] = [await asked(ada, newEmail), await asked(bob, newEmail)];
    const endings = await Promise.all([confirm(adas), confirm(bobs)]);
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
    expect(endings).toContainEqual({ ok: false, reason: 'address-taken' });
    const emails = [await emailOf(ada), await emailOf(bob)];
    expect(emails.filter((email) => email === newEmail)).toHaveLength(1);
  });

  it('takes an address from whoever registered it and never proved it', async () => {
    const here = stage();
    const { aPerson, aStranger, changed, emailOf, set } = here;
    const [person, other] = [await aPerson(), await aPerson()];
    const newEmail = anEmail();
    const stranger = await aStranger(other.tenantId, newEmail);
    await changed(person, newEmail);
    expect(await emailOf(person)).toBe(newEmail);
    expect(await set('select from users where id = $1', [stranger.id])).toEqual([]);
  });

  it.each(['', 'x'.repeat(43), '\0'])('knows no link %j', async (token) => {
    const { confirm, undo, entries } = stage();
    expect(await confirm(token)).toEqual({ ok: false, reason: 'link-unknown' });
    expect(await undo(token)).toEqual({ ok: false, reason: 'link-unknown' });
    expect(await entries()).toMatchObject([
      { outcome: 'link-unknown', tenant_id: null, details: { step: 'confirm' } },
      { outcome: 'link-unknown', tenant_id: null, details: { step: 'undo' } },
    ]);
  });

  it('takes neither link for the other', async () => {
    const { aPerson, asked, changed, confirm, undo } = stage();
    const [ada, bob] = [await aPerson(), await aPerson()];
    const toUndo = await changed(ada, anEmail());
    const toConfirm = await asked(bob, anEmail());
    expect(await confirm(toUndo)).toMatchObject({ reason: 'link-unknown' });
    expect(await undo(toConfirm)).toMatchObject({ reason: 'link-unknown' });
  });

  it('is refused when the address changed at that moment', async () => {
    const users = createUserStore();
    const { aPerson, asked, confirm } = stage({
      users: { ...users, changeEmail: async () => 'stale' },
    });
    const token = await asked(await aPerson(), anEmail());
    expect(await confirm(token)).toEqual({ ok: false, reason: 'link-overtaken' });
  });
});

describe('undoing it', () => {
  it('restores the address, ends every session, and tells the owner to choose a password', async () => {
    const here = stage();
    const { aPerson, changed, undo, emailOf, sessions, clock, post, entries } = here;
    const person = await aPerson();
    const newEmail = anEmail();
    const token = await changed(person, newEmail);
    clock.pass(HOUR);
    const intruders = {
      uid: mark(),
      userId: person.id,
      startedAt: clock.now(),
      signedInAt: clock.now(),
    };
    expect(await undo(token)).toEqual({ ok: true, value: person.email });
    expect(await emailOf(person)).toBe(person.email);
    expect(await sessions.judge(intruders)).toEqual({ alive: false, reason: 'epoch' });
    expect(post.mails.at(-1)).toMatchObject({
      ...{ to: person.email, topic: 'email-change/undone' },
      model: { href: 'https://id.example.test/recovery' },
    });
    expect((await entries()).at(-1)).toMatchObject({
      ...{ action: 'email-change.undone', outcome: 'success', resource_id: person.id },
      details: { oldEmail: person.email, newEmail },
    });
  });

  it('restores the first address over all that was changed since, and whoever changed it has no way back', async () => {
    const { aPerson, changed, asked, undo, confirm, emailOf, clock } = stage();
    const person = await aPerson();
    const [b, c] = [anEmail('b'), anEmail('c')];
    const undoFirst = await changed(person, b);
    clock.pass(MINUTE);
    const undoSecond = await changed(person, c);
    const open = await asked(person, anEmail('d'));
    clock.pass(HOUR);
    expect(await undo(undoFirst)).toEqual({ ok: true, value: person.email });
    expect(await undo(undoSecond)).toEqual({ ok: false, reason: 'link-used' });
    expect(await confirm(open)).toMatchObject({ ok: false });
    expect(await emailOf(person)).toBe(person.email);
  });

  it('restores it also after the later change was undone first', async () => {
    const { aPerson, changed, undo, emailOf } = stage();
    const person = await aPerson();
    const b = anEmail('b');
    const undoFirst = await changed(person, b);
    const undoSecond = await changed(person, anEmail('c'));
    expect(await undo(undoSecond)).toEqual({ ok: true, value: b });
    expect(await undo(undoFirst)).toEqual({ ok: true, value: person.email });
    expect(await emailOf(person)).toBe(person.email);
  });

  it('leaves the way back from an earlier change', async () => {
    const { aPerson, changed, undo, emailOf, clock } = stage();
    const person = await aPerson();
    const undoFirst = await changed(person, anEmail('b'));
    clock.pass(MINUTE);
    await undo(await changed(person, anEmail('c')));
    clock.pass(MINUTE);
    expect(await undo(undoFirst)).toMatchObject({ ok: true });
    expect(await emailOf(person)).toBe(person.email);
  });

  it('wins over a later change that is confirmed at the same moment', async () => {
    const { aPerson, changed, asked, undo, confirm, emailOf } = stage();
    for (let round = 0; round < 5; round += 1) {
      const person = await aPerson();
      const toUndo = await changed(person, anEmail('b'));
      const later = await asked(person, anEmail('c'));
      const [undone] = await Promise.all([undo(toUndo), confirm(later)]);
      expect(undone).toMatchObject({ ok: true });
      expect(await emailOf(person)).toBe(person.email);
    }
  });

  it('takes the address from whoever registered it meanwhile and never proved it', async () => {
    const { aPerson, aStranger, changed, undo, emailOf } = stage();
    const [person, other] = [await aPerson(), await aPerson()];
    const token = await changed(person, anEmail());
    await aStranger(other.tenantId, person.email);
    expect(await undo(token)).toEqual({ ok: true, value: person.email });
    expect(await emailOf(person)).toBe(person.email);
  });

  it('cannot be stopped by a new password or a disabled account', async () => {
    const { aPerson, changed, setPassword, set, undo, emailOf } = stage();
    const person = await aPerson();
    const token = await changed(person, anEmail());
    await setPassword(person, aPassword('intruder'));
    await set(`update users set status = 'disabled' where id = $1`, [person.id]);
    expect(await undo(token)).toMatchObject({ ok: true });
    expect(await emailOf(person)).toBe(person.email);
  });

  it('is done once, by any number at once, and is over after 72 hours', async () => {
    const { aPerson, changed, undo, clock, post } = stage();
    const first = await changed(await aPerson(), anEmail());
    const endings = await Promise.all(Array.from({ length: 20 }, () => undo(first)));
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
    expect(post.mails.filter(({ topic }) => topic === 'email-change/undone')).toHaveLength(1);

    const late = await changed(await aPerson(), anEmail());
    clock.pass(72 * HOUR);
    expect(await undo(late)).toEqual({ ok: false, reason: 'link-expired' });
  });

  it('kills the links to reset the password that were mailed to the new address', async () => {
    const { aPerson, aLink, changed, undo, choose, holds } = stage();
    const person = await aPerson();
    const newEmail = anEmail();
    const token = await changed(person, newEmail);
    const reset = await aLink({ email: newEmail });
    await undo(token);
    expect(await choose(reset, aPassword('intruder'))).toMatchObject({ ok: false });
    expect(await holds(person, PASSWORD)).toBe(true);
  });

  it.each([
    ['taken', 'address-taken'],
    ['stale', 'link-overtaken'],
  ] as const)('is refused where the address is %s, and nothing ends', async (found, reason) => {
    const here = stage();
    const { aPerson, changed, deps, origin, emailOf, entries } = here;
    const person = await aPerson();
    const token = await changed(person, anEmail());
    const email = await emailOf(person);
    const users = { ...deps.users, changeEmail: async () => found };
    const { emailChange } = stage({ ...deps, users });
    expect(await emailChange.undo(token, origin)).toEqual({ ok: false, reason });
    expect(await emailOf(person)).toBe(email);
    expect((await entries()).at(-1)).toMatchObject({ outcome: reason, details: { step: 'undo' } });
  });
});

describe('an address that was given up', () => {
  const reserves = ({ deps, clock }: ReturnType<typeof stage>, email: string) =>
    bench.units.once(SYSTEM, (unit) => deps.store.reservedFor(unit, email, clock.now()));

  it('is its owner’s until the change can no longer be undone', async () => {
    const here = stage();
    const { aPerson, changed, ask, clock, entries } = here;
    const [ada, bob] = [await aPerson(), await aPerson()];
    expect(await reserves(here, ada.email)).toBeUndefined();
    await changed(ada, anEmail());
    expect(await reserves(here, ada.email)).toBe(ada.id);

    expect(await ask(bob, ada.email)).toMatchObject({ ok: true });
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'reserved', resource_id: bob.id });
    expect(topics(here).filter((topic) => topic === 'email-change/confirm')).toHaveLength(1);

    clock.pass(72 * HOUR);
    expect(await reserves(here, ada.email)).toBeUndefined();
    expect(await ask(bob, ada.email)).toMatchObject({ ok: true });
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'success' });
  });

  it('cannot be confirmed by somebody who asked for it before', async () => {
    const { aPerson, asked, changed, confirm } = stage();
    const [ada, bob] = [await aPerson(), await aPerson()];
    const wanted = anEmail();
    const token = await asked(bob, wanted);
    await changed(ada, wanted);
    await changed(ada, anEmail());
    expect(await confirm(token)).toEqual({ ok: false, reason: 'address-taken' });
  });

  it('is theirs to go back to, as to any other, and not reserved once that was undone', async () => {
    const here = stage();
    const { aPerson, changed, undo, emailOf } = here;
    const person = await aPerson();
    const b = anEmail('b');
    const token = await changed(person, b);
    await changed(person, person.email);
    expect(await emailOf(person)).toBe(person.email);
    await undo(token);
    expect(await emailOf(person)).toBe(person.email);
    expect(await reserves(here, b)).toBeUndefined();
  });
});

describe('the store', () => {
  it('spends each link once, and undoes whatever would spend it again', async () => {
    const { aPerson, changed, set, clock } = stage();
    const person = await aPerson();
    await changed(person, anEmail());
    const [row] = await set('select id from email_changes where user_id = $1', [person.id]);
    const { id } = row as { id: string };
    const at = clock.now();
    const store = createEmailChangeStore();
    const again = bench.units.run(SYSTEM, (unit) =>
      store.confirm(unit, id, { at, undoDigest: mark(), undoExpiresAt: at }),
    );
    await expect(again).rejects.toBeInstanceOf(Conflict);
    const change = { id, userId: person.id, createdAt: at };
    const undo = () =>
      bench.units.run(SYSTEM, (unit) =>
        store.undo(unit, change as Parameters<typeof store.undo>[1], at),
      );
    await undo();
    await expect(undo()).rejects.toBeInstanceOf(Conflict);
  });
});
