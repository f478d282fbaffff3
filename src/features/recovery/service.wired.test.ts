import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserStore } from '#src/features/users/index.ts';
import { aBench, type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { HOUR, MINUTE } from '#src/kernel/clock.ts';
import { Conflict } from '#src/kernel/faults.ts';
import { aPassword, createStage, ISSUER, type Person, tokenIn } from './bench.ts';
import type { RecoveryDeps } from './service.ts';
import { createRecoveryStore } from './store.pg.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const stage = (over: Partial<RecoveryDeps> = {}) => createStage(bench, over);
const users = createUserStore();

describe('asking for a link', () => {
  it('revokes the older one', async () => {
    const { aPerson, aLink, choose, clock } = stage();
    const person = await aPerson(aPassword('old'));
    const older = await aLink(person);
    clock.pass(MINUTE);
    const newer = await aLink(person);
    expect(await choose(older, aPassword('new'))).toMatchObject({ reason: 'link-unknown' });
    expect(await choose(newer, aPassword('new'))).toMatchObject({ ok: true });
  });

  it('works again after a link was used', async () => {
    const { aPerson, aLink, choose, holds, clock } = stage();
    const person = await aPerson();
    await choose(await aLink(person), aPassword('one'));
    clock.pass(MINUTE);
    expect(await choose(await aLink(person), aPassword('two'))).toMatchObject({ ok: true });
    expect(await holds(person, aPassword('two'))).toBe(true);
  });

  it('mails three an hour at most, and leaves the third good', async () => {
    const { aPerson, aLink, choose, post, clock, entries, origin, recovery } = stage();
    const person = await aPerson();
    for (let count = 0; count < 3; count += 1) await aLink(person);
    const third = tokenIn(post.mails.at(-1));
    for (let count = 0; count < 20; count += 1)
      await recovery.request({ email: person.email, origin });
    expect(post.mails).toHaveLength(3);
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'limited', resource_id: person.id });
    expect(await choose(third, aPassword('new'))).toMatchObject({ ok: true });

    clock.pass(HOUR);
    await aLink(person);
    expect(post.mails.filter(({ topic }) => topic === 'recovery/reset')).toHaveLength(4);
  });

  it.each([
    ['disabled', 'a disabled account', `update users set status = 'disabled' where id = $1`],
    [
      'tenant-suspended',
      'an account of a suspended tenant',
      `update tenants set status = 'suspended' where id = (select tenant_id from users where id = $1)`,
    ],
  ])('enters %s, and mails nothing, for %s', async (outcome, _, change) => {
    const { aPerson, aLink, post, set, entries } = stage();
    const person = await aPerson();
    await set(change, [person.id]);
    await aLink(person);
    expect(post.mails).toEqual([]);
    expect(await entries()).toMatchObject([{ action: 'recovery.requested', outcome }]);
  });

  it('keeps an address that is nobody’s as a digest, outside of any tenant', async () => {
    const { recovery, entries, digest, origin } = stage();
    const email = `nobody.${mark()}@x.test`;
    await recovery.request({ email: email.toUpperCase(), origin });
    const addressDigest = digest.of('recovery-address', email);
    expect(await entries()).toEqual([
      {
        ...{ action: 'recovery.requested', outcome: 'unknown-account', actor_kind: 'visitor' },
        ...{ tenant_id: null, resource_id: null, details: { addressDigest } },
      },
    ]);
  });

  it('asks the database the same questions for an address that is nobody’s', async () => {
    const asked: string[] = [];
    const reads = stage({ store: { ...createRecoveryStore(), put: async () => undefined } });
    const { deps, aPerson, origin } = reads;
    const { recovery } = stage(listening(deps, asked));
    const person = await aPerson();
    await recovery.request({ email: `nobody.${mark()}@x.test`, origin });
    const ofNobody = asked.splice(0);
    await recovery.request({ email: person.email, origin });
    expect(ofNobody).toEqual(['locate', 'user', 'password', 'tenant']);
    expect(asked.slice(0, ofNobody.length)).toEqual(ofNobody);
  });

  it('keeps no link for an address that is given up at that moment', async () => {
    let finds = 0;
    const { aPerson, recovery, origin, set } = stage({
      users: {
        ...users,
        async find(unit, id) {
          finds += 1;
          const user = await users.find(unit, id);
          return finds === 2 ? user && { ...user, email: `new.${user.email}` } : user;
        },
      },
    });
    const { id, email } = await aPerson();
    await expect(recovery.request({ email, origin })).rejects.toBeInstanceOf(Conflict);
    expect(await set('select from recoveries where user_id = $1', [id])).toEqual([]);
  });

  it('keeps the token nowhere but in the mail', async () => {
    const { aPerson, aLink, post, set, clock } = stage();
    const person = await aPerson();
    const token = await aLink(person);
    const kept = await set('select * from recoveries where user_id = $1', [person.id]);
    expect(JSON.stringify(kept)).not.toContain(token);
    expect(post.mails).toMatchObject([
      {
        model: { href: `${ISSUER}/recovery/${token}`, email: person.email },
        ...{ expiresAt: new Date(clock.now().getTime() + HOUR), atMostPerHour: 3 },
      },
    ]);
  });
});

describe('a link', () => {
  it('is looked at as often as anybody likes', async () => {
    const { aPerson, aLink, recovery, choose } = stage();
    const person = await aPerson();
    const token = await aLink(person);
    for (let count = 0; count < 5; count += 1) {
      expect(await recovery.look(token)).toMatchObject({
        ok: true,
        value: { email: person.email, policy: { rules: 'composition', minLength: 12 } },
      });
    }
    expect(await choose(token, aPassword('new'))).toMatchObject({ ok: true });
    expect(await recovery.look(token)).toEqual({ ok: false, reason: 'link-used' });
  });

  const changes: Record<
    string,
    (person: Person, to: ReturnType<typeof stage>) => Promise<unknown>
  > = {
    'the password was changed': (person, { setPassword }) =>
      setPassword(person, aPassword('other')),
    'the address was changed': ({ id, tenantId }, { recovery }) =>
      bench.units.run(inTenant(tenantId), (unit) => recovery.revoke(unit, id)),
    'the account was disabled': ({ id }, { set }) =>
      set(`update users set status = 'disabled' where id = $1`, [id]),
    'the tenant was suspended': ({ tenantId }, { set }) =>
      set(`update tenants set status = 'suspended' where id = $1`, [tenantId]),
  };

  it.each(Object.entries(changes))('is dead once %s', async (_, change) => {
    const here = stage();
    const { aPerson, aLink, choose, recovery, clock, holds, post } = here;
    const person = await aPerson(aPassword('old'));
    const token = await aLink(person);
    clock.pass(1);
    await change(person, here);
    expect(await recovery.look(token)).toMatchObject({ ok: false });
    expect(await choose(token, aPassword('new'))).toMatchObject({ ok: false });
    expect(await holds(person, aPassword('new'))).toBe(false);
    expect(post.mails.map(({ topic }) => topic)).toEqual(['recovery/reset']);
  });

  it('of one user is nothing to another', async () => {
    const { aPerson, aLink, choose, holds } = stage();
    const [ada, bob] = [await aPerson(aPassword('old')), await aPerson(aPassword('old'))];
    await choose(await aLink(ada), aPassword('new'));
    expect(await holds(ada, aPassword('new'))).toBe(true);
    expect(await holds(bob, aPassword('old'))).toBe(true);
  });
});

describe('a new password', () => {
  it('proves the address, opens the lock, forgets the devices, and tells the owner', async () => {
    const { aPerson, aLink, choose, opened, post, set, entries } = stage();
    const person = await aPerson(aPassword('old'));
    expect(await choose(await aLink(person), aPassword('new'))).toEqual({
      ok: true,
      value: undefined,
    });
    expect(opened).toEqual([{ id: person.id, reason: 'password-reset', forgetDevices: true }]);
    expect(post.mails.at(-1)).toMatchObject({
      ...{ to: person.email, topic: 'recovery/changed' },
      model: { href: `${ISSUER}/recovery`, when: '1 June 2030 at 12:00 UTC' },
    });
    const [user] = await set('select email_verified_at from users where id = $1', [person.id]);
    expect(user).toMatchObject({ email_verified_at: expect.any(Date) as Date });
    expect((await entries()).at(-1)).toEqual({
      ...{ action: 'recovery.completed', outcome: 'success', actor_kind: 'user', details: {} },
      ...{ tenant_id: person.tenantId, resource_id: person.id },
    });
  });

  it('is judged by the rules, and all faults are told', async () => {
    const { aPerson, aLink, choose, entries } = stage();
    const token = await aLink(await aPerson());
    const faults = ['too-short', 'no-upper', 'no-digit', 'no-symbol'];
    expect(await choose(token, 'short')).toEqual({ ok: false, reason: 'unfit', faults });
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'unfit', details: { faults } });
    expect(await choose(token, aPassword('new'))).toMatchObject({ ok: true });
  });

  it('is not set when the hash was renewed meanwhile, and the link stays good', async () => {
    const here = stage();
    const { aPerson, aLink, passwords, holds, entries, origin } = here;
    const person = await aPerson(aPassword('old'));
    const token = await aLink(person);
    const from = `#${aPassword('old')}`;
    const { recovery } = stage({
      ...here.deps,
      passwords: meanwhile(here.deps.passwords, () =>
        bench.units.run(inTenant(person.tenantId), (unit) =>
          passwords.renew(unit, person.id, { from, to: `${from}!` }),
        ),
      ),
    });
    const choice = { token, origin, password: aPassword('new') };
    expect(await recovery.complete(choice)).toMatchObject({ reason: 'changed-meanwhile' });
    expect(await holds(person, aPassword('old'))).toBe(true);
    expect((await entries()).at(-1)).toMatchObject({
      ...{ action: 'recovery.refused', outcome: 'changed-meanwhile', resource_id: person.id },
    });
    expect(await here.choose(token, aPassword('new'))).toMatchObject({ ok: true });
  });

  it.each([
    ['another password was set', 'link-overtaken'],
    ['another link was asked for', 'link-unknown'],
    ['the account was disabled', 'account-closed'],
  ])('is not set when %s meanwhile', async (what, reason) => {
    const here = stage();
    const { aPerson, aLink, setPassword, set, holds, origin, clock } = here;
    const person = await aPerson(aPassword('old'));
    const token = await aLink(person);
    const acts: Record<string, () => Promise<unknown>> = {
      'another password was set': () => setPassword(person, aPassword('other')),
      'another link was asked for': () => aLink(person),
      'the account was disabled': () =>
        set(`update users set status = 'disabled' where id = $1`, [person.id]),
    };
    const { recovery } = stage({
      ...here.deps,
      passwords: meanwhile(here.deps.passwords, async () => {
        clock.pass(1);
        await acts[what]?.();
      }),
    });
    const choice = { token, origin, password: aPassword('new') };
    expect(await recovery.complete(choice)).toEqual({ ok: false, reason });
    expect(await holds(person, aPassword('new'))).toBe(false);
  });

  it('is undone with all that follows from it when the address is no longer theirs', async () => {
    const here = stage();
    const { aPerson, aLink, holds, choose, origin } = here;
    const person = await aPerson(aPassword('old'));
    const token = await aLink(person);
    const { recovery } = stage({ ...here.deps, users: { ...users, verify: async () => false } });
    const choice = { token, origin, password: aPassword('new') };
    await expect(recovery.complete(choice)).rejects.toBeInstanceOf(Conflict);
    expect(await holds(person, aPassword('old'))).toBe(true);
    expect(await choose(token, aPassword('new'))).toMatchObject({ ok: true });
  });
});

describe('the store', () => {
  it('spends a link once, and undoes whatever would spend it again', async () => {
    const { aPerson, aLink, set, clock } = stage();
    const person = await aPerson();
    await aLink(person);
    const [row] = await set('select token_digest from recoveries where user_id = $1', [person.id]);
    const { token_digest: digest } = row as { token_digest: string };
    const spend = () =>
      bench.units.run(SYSTEM, (unit) => createRecoveryStore().spend(unit, digest, clock.now()));
    await spend();
    await expect(spend()).rejects.toBeInstanceOf(Conflict);
  });
});

/** The same password room, with something that happens while it hashes. */
function meanwhile(
  passwords: RecoveryDeps['passwords'],
  act: () => Promise<unknown>,
): RecoveryDeps['passwords'] {
  return {
    ...passwords,
    async prepare(password, owner) {
      const judged = await passwords.prepare(password, owner);
      await act();
      return judged;
    },
  };
}

/** The same rooms, and a note of each thing that is read. */
function listening(deps: RecoveryDeps, asked: string[]): RecoveryDeps {
  const note = <A extends readonly unknown[], R>(name: string, read: (...args: A) => R) => {
    return (...args: A): R => {
      asked.push(name);
      return read(...args);
    };
  };
  return {
    ...deps,
    users: {
      ...deps.users,
      locate: note('locate', deps.users.locate),
      find: note('user', deps.users.find),
    },
    tenants: { find: note('tenant', deps.tenants.find) },
    passwords: { ...deps.passwords, read: note('password', deps.passwords.read) },
  };
}
