import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { clientId, userId } from '#src/kernel/ids.ts';
import { anInteraction, aUser, createBench, DEVICE, OTHER_TENANT, TENANT } from './bench.ts';
import { createSignIn } from './service.ts';

const ADA = 'ada@x.test';
const BOUND = { id: clientId('flock'), name: 'Flock', tenantId: OTHER_TENANT };
const { emailVerifiedAt: _, ...unverified } = aUser();

describe('a right password', () => {
  it('lets in whose it is, and says how and when', async () => {
    const { attempt, clock } = createBench();
    expect(await attempt(ADA, 'right')).toEqual({
      ok: true,
      value: {
        at: 'done',
        signedIn: {
          userId: aUser().id,
          at: clock.now(),
          amr: ['pwd'],
          acr: 'urn:avian:acr:password',
        },
      },
    });
  });

  it.each(['ADA@X.test', '  ada@x.test ', 'ａｄａ@x.test'])(
    'finds the account of %j',
    async (typed) => {
      expect(await createBench().attempt(typed, 'right')).toMatchObject({ ok: true });
    },
  );

  it('replaces a hash that has become weak, and hashes with no transaction open', async () => {
    const { attempt, calls, stored } = createBench([
      { user: aUser(), password: 'right', hash: 'right-outdated' },
    ]);
    expect(await attempt(ADA, 'right')).toMatchObject({ ok: true });
    expect(stored.get(aUser().id)).toBe('new phc');
    expect(calls).toContain('passwords.rehash with 0 open');
    expect(calls.slice(-6)).toEqual([
      ...['open tenant', 'passwords.renew', 'lockout.right', 'lockout.rememberDevice'],
      ...['audit.record', 'close'],
    ]);
  });

  it('lets in with an old hash while hashing is busy', async () => {
    const { deps, stored, visit } = createBench([
      { user: aUser(), password: 'right', hash: 'right-outdated' },
    ]);
    const busy = { ...deps.passwords, rehash: () => Promise.reject(new Unavailable('busy')) };
    const signIn = createSignIn({ ...deps, passwords: busy });
    await signIn.stand(visit());
    const attempt = { ...visit(), email: ADA, password: 'right' };
    expect(await signIn.attempt(attempt)).toMatchObject({ ok: true });
    expect(stored.size).toBe(0);
  });

  it('replaces nothing of an account that is not let in', async () => {
    const { attempt, stored } = createBench([
      { user: aUser({ status: 'disabled' }), password: 'right', hash: 'right-outdated' },
    ]);
    await attempt(ADA, 'right');
    expect(stored.size).toBe(0);
  });
});

describe('whoever is not let in', () => {
  const disabled = [{ user: aUser({ status: 'disabled' }), password: 'right' }];
  const unconfirmed = [{ user: unverified, password: 'right' }];

  it.each([
    {
      who: 'whose address is nobody’s',
      email: 'who@x.test',
      told: 'wrong',
      found: 'unknown-account',
    },
    { who: 'who typed no address', email: 'ada', told: 'wrong', found: 'unknown-account' },
    { who: 'who typed nothing', email: '', password: '', told: 'wrong', found: 'unknown-account' },
    { who: 'who is wrong', password: 'no', told: 'wrong', found: 'wrong-password' },
    { who: 'whose account is closed', residents: disabled, told: 'wrong', found: 'disabled' },
    {
      who: 'who is wrong about a closed account',
      ...{ residents: disabled, password: 'no', told: 'wrong', found: 'wrong-password' },
    },
    {
      who: 'who is wrong about an unconfirmed account',
      ...{ residents: unconfirmed, password: 'no', told: 'wrong', found: 'wrong-password' },
    },
    {
      who: 'whose tenant is suspended',
      isSuspended: true,
      told: 'no-access',
      found: 'tenant-suspended',
    },
    {
      who: 'who is wrong in a suspended tenant',
      ...{ isSuspended: true, password: 'no', told: 'wrong', found: 'wrong-password' },
    },
  ])('is told no more than they may know: one $who', async (visit) => {
    const { attempt, entries, suspend } = createBench(visit.residents);
    if (visit.isSuspended) suspend(TENANT);
    const ending = await attempt(visit.email ?? ADA, visit.password ?? 'right');
    expect(ending).toEqual({ ok: false, reason: visit.told });
    expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['sign-in.refused', visit.found],
    ]);
  });

  it('learns that an application is another tenant’s only by the right password', async () => {
    const { attempt, entries } = createBench();
    const interaction = anInteraction({ client: BOUND });
    expect(await attempt(ADA, 'wrong', interaction)).toEqual({ ok: false, reason: 'wrong' });
    expect(await attempt(ADA, 'right', interaction)).toEqual({ ok: false, reason: 'no-access' });
    expect(entries.map(({ outcome }) => outcome)).toEqual(['wrong-password', 'other-tenant']);
    // The tenant of the account is told of attempts on it, the client's is not.
    expect(entries.map(({ tenantId }) => tenantId)).toEqual([TENANT, TENANT]);
  });

  it('gets in where the application is their own tenant’s', async () => {
    const client = { ...BOUND, tenantId: TENANT };
    expect(await createBench().attempt(ADA, 'right', anInteraction({ client }))).toMatchObject({
      ok: true,
    });
  });
});

describe('equal work', () => {
  const everyone = [
    { user: aUser(), password: 'right' },
    {
      user: aUser({ id: userId('disabled'), email: 'dis@x.test', status: 'disabled' }),
      password: 'right',
    },
    {
      user: aUser({ id: userId('abroad'), email: 'abroad@x.test', tenantId: OTHER_TENANT }),
      password: 'right',
    },
    { user: { ...unverified, id: userId('unverified'), email: 'un@x.test' }, password: 'right' },
  ];
  const shape = [
    ...['once system', 'users.locate', 'close'],
    ...['open tenant', 'users.find', 'passwords.read', 'tenants.find', 'close'],
    'door.try with 0 open',
    ...['once tenant', 'audit.record', 'close'],
  ];
  const interaction = anInteraction({ client: { ...BOUND, tenantId: TENANT } });

  it.each([
    'ada@x.test',
    'dis@x.test',
    'abroad@x.test',
    'un@x.test',
    'nobody@x.test',
    'ada',
    '',
    'a\0b@x.test',
  ])(
    'asks the same questions in the same order for %j, locked or not, and hashes once',
    async (email) => {
      for (const door of ['open', 'closed'] as const) {
        for (const password of ['wrong', '']) {
          const { attempt, calls, counts } = createBench(everyone);
          counts({ door });
          await attempt(email, password, interaction);
          expect(calls).toEqual(shape);
        }
      }
    },
  );
});

describe('what an attempt leaves behind', () => {
  it('is one entry, in the unit of its tenant, with everything but secrets', async () => {
    const { attempt, entries } = createBench();
    await attempt(ADA, 'right');
    expect(entries).toEqual([
      {
        scope: { kind: 'tenant', tenantId: TENANT, actor: aUser().id },
        action: 'sign-in.succeeded',
        outcome: 'success',
        actor: { kind: 'user', id: aUser().id, tenantId: TENANT },
        tenantId: TENANT,
        resource: { type: 'user', id: aUser().id },
        origin: { requestId: 'r' },
        details: { client: 'flock' },
      },
    ]);
  });

  it('names the account that was tried', async () => {
    const { attempt, entries } = createBench();
    await attempt(ADA, 'wrong');
    expect(entries[0]).toMatchObject({
      scope: { kind: 'tenant', tenantId: TENANT, actor: 'visitor' },
      actor: { kind: 'visitor' },
      resource: { type: 'user', id: aUser().id },
    });
  });

  it('concerns the application’s tenant, or none, where the address is nobody’s', async () => {
    const { attempt, entries } = createBench();
    await attempt('who@x.test', 'x', anInteraction({ client: BOUND }));
    await attempt('who@x.test', 'x');
    expect(entries.map(({ tenantId, scope }) => [tenantId, scope.kind])).toEqual([
      [OTHER_TENANT, 'tenant'],
      [undefined, 'system'],
    ]);
  });

  it('never holds what was typed, but where it is an account’s address', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 6 }),
        fc.string({ minLength: 6 }),
        async (typed, password) => {
          const { attempt, entries, states } = createBench();
          await attempt(typed, password);
          const kept = JSON.stringify([entries, states.keys()]);
          for (const secret of [typed, password])
            expect(kept).not.toContain(JSON.stringify(secret).slice(1, -1));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is recognisable when the same address is tried again', async () => {
    const { attempt, entries } = createBench();
    await attempt('Who@x.test', 'x');
    await attempt(' who@x.test', 'y');
    await attempt('other@x.test', 'y');
    const [first, second, third] = entries.map(({ details }) => details?.['addressDigest']);
    expect(first).toBe(second);
    expect(first).not.toBe(third);
  });

  it('is nothing at all when the entry cannot be written', async () => {
    const { deps, states, visit } = createBench();
    const broken = { record: () => Promise.reject(new Unavailable('no database')) };
    const signIn = createSignIn({ ...deps, audit: broken });
    const interaction = anInteraction();
    await signIn.stand(visit(interaction));
    const attempt = { ...visit(interaction), email: ADA, password: 'right' };
    await expect(signIn.attempt(attempt)).rejects.toThrow(Unavailable);
    expect(await signIn.stand(visit(interaction))).toEqual({ at: 'password', attempts: 1 });
    expect(states.keys()).toHaveLength(1);
  });
});

describe('a sign-in’s course', () => {
  it('ends when it took too long, whatever password is shown', async () => {
    const { signIn, clock, calls, visit } = createBench();
    await signIn.stand(visit());
    clock.pass(30 * MINUTE);
    calls.length = 0;
    const attempt = { ...visit(), email: ADA, password: 'right' };
    expect(await signIn.attempt(attempt)).toEqual({ ok: false, reason: 'gone' });
    expect(calls).toEqual([]);
  });

  it('needs to have begun', async () => {
    const { signIn, visit } = createBench();
    const attempt = { ...visit(), email: ADA, password: 'right' };
    expect(await signIn.attempt(attempt)).toEqual({ ok: false, reason: 'gone' });
  });

  it('goes on where it was when its page is opened again', async () => {
    const { signIn, attempt, visit } = createBench();
    expect(await signIn.stand(visit())).toEqual({ at: 'password', attempts: 0 });
    await attempt(ADA, 'right');
    expect(await signIn.stand(visit())).toMatchObject({
      at: 'done',
      signedIn: { userId: aUser().id },
    });
  });

  it('is not named where it is kept', async () => {
    const { signIn, states, visit } = createBench();
    await signIn.stand(visit());
    expect(states.keys()).toEqual([expect.stringMatching(/^sign-in:state:[\w-]{43}$/)]);
  });

  it('answers a form that was sent twice with one and the same sign-in', async () => {
    const { signIn, clock, visit } = createBench();
    await signIn.stand(visit());
    const attempt = { ...visit(), email: ADA, password: 'right' };
    const endings = await Promise.all(Array.from({ length: 20 }, () => signIn.attempt(attempt)));
    clock.pass(MINUTE);
    endings.push(await signIn.attempt(attempt));
    expect(new Set(endings.map((ending) => JSON.stringify(ending))).size).toBe(1);
    expect(endings[0]).toMatchObject({ ok: true });
  });

  it('belongs to whoever finished it first', async () => {
    const bob = aUser({ id: userId('bob'), email: 'bob@x.test' });
    const { attempt } = createBench([
      { user: aUser(), password: 'right' },
      { user: bob, password: 'bobs' },
    ]);
    expect(await attempt(ADA, 'right')).toMatchObject({ ok: true });
    expect(await attempt('bob@x.test', 'bobs')).toEqual({ ok: false, reason: 'gone' });
    expect(await attempt(ADA, 'right')).toMatchObject({ ok: true });
  });

  it('is not finished by a wrong password because a right one was shown before', async () => {
    const { attempt } = createBench();
    await attempt(ADA, 'right');
    expect(await attempt(ADA, 'wrong')).toEqual({ ok: false, reason: 'wrong' });
  });

  it('counts each of many tries at once, before it judges any', async () => {
    const { signIn, states, deps, visit } = createBench();
    await signIn.stand(visit());
    const attempt = { ...visit(), email: ADA, password: 'wrong' };
    await Promise.all(Array.from({ length: 20 }, () => signIn.attempt(attempt)));
    const [key = ''] = states.keys();
    const entry = await deps.states.get(key);
    expect(JSON.parse(entry?.value ?? '{}')).toEqual({ at: 'password', attempts: 20 });
  });
});

describe('a locked account', () => {
  it('is answered like a wrong password, the right one included, and the log knows better', async () => {
    const { attempt, entries, counts, calls } = createBench();
    counts({ door: 'closed' });
    expect(await attempt(ADA, 'right')).toEqual({ ok: false, reason: 'wrong' });
    expect(entries.map(({ outcome }) => outcome)).toEqual(['locked']);
    expect(calls).not.toContain('lockout.right');
  });

  it('is closed by the last wrong one, in the unit of its refusal', async () => {
    const { attempt, counts, calls } = createBench();
    counts({ isLast: true });
    await attempt(ADA, 'wrong');
    expect(calls.slice(-4)).toEqual(['open tenant', 'audit.record', 'lockout.wrong', 'close']);
  });

  it('is not closed by the last one where that is right', async () => {
    const { attempt, counts, calls } = createBench();
    counts({ isLast: true });
    expect(await attempt(ADA, 'right')).toMatchObject({ ok: true });
    expect(calls).toContain('lockout.right');
    expect(calls).not.toContain('lockout.wrong');
  });

  it('gives no clean slate to the right password of a closed account', async () => {
    const { attempt, calls } = createBench([
      { user: aUser({ status: 'disabled' }), password: 'right' },
    ]);
    await attempt(ADA, 'right');
    expect(calls).not.toContain('lockout.right');
  });
});

describe('a browser', () => {
  it('is known once somebody is signed in, and not before', async () => {
    const { attempt, devices, signIn, visit, verify } = createBench([
      { user: unverified, password: 'right' },
    ]);
    await attempt(ADA, 'right');
    expect(devices).toEqual([]);
    verify(unverified);
    await signIn.stand(visit());
    expect(devices).toEqual([`${unverified.id} ${DEVICE}`]);
  });
});

describe('an unproven address', () => {
  it('stands between the right password and the end, and a mail goes out', async () => {
    const { attempt, calls, entries } = createBench([{ user: unverified, password: 'right' }]);
    expect(await attempt(ADA, 'right')).toMatchObject({
      ok: true,
      value: { at: 'step', step: 'verify-email', user: { id: unverified.id } },
    });
    expect(calls).toContain('verification.issue');
    expect(entries).toMatchObject([
      { action: 'sign-in.challenged', details: { due: ['verify-email'] } },
    ]);
  });

  it('is behind once it is proven, wherever that happened, and the end is written once', async () => {
    const { attempt, signIn, visit, verify, entries } = createBench([
      { user: unverified, password: 'right' },
    ]);
    await attempt(ADA, 'right');
    expect(await signIn.stand(visit())).toMatchObject({ at: 'step', step: 'verify-email' });
    verify(unverified);
    const stages = await Promise.all(Array.from({ length: 20 }, () => signIn.stand(visit())));
    for (const stage of stages)
      expect(stage).toMatchObject({ at: 'done', signedIn: { userId: unverified.id } });
    expect(entries.map(({ action }) => action)).toEqual([
      'sign-in.challenged',
      'sign-in.succeeded',
    ]);
  });

  it('of a newcomer is the first thing their sign-in asks for', async () => {
    const { signIn, visit, verify } = createBench([{ user: unverified, password: 'right' }]);
    const { id, tenantId } = unverified;
    await signIn.admit(visit().interaction.uid, { userId: id, tenantId, at: new Date(5000) });
    expect(await signIn.stand(visit())).toMatchObject({ at: 'step', step: 'verify-email' });
    verify(unverified);
    expect(await signIn.stand(visit())).toMatchObject({
      at: 'done',
      signedIn: { userId: id, at: new Date(5000) },
    });
  });

  it('of whoever corrects a mistyped address takes the place of the first', async () => {
    const bob = { ...unverified, id: userId('bob'), email: 'bob@x.test' };
    const { signIn, visit } = createBench([
      { user: unverified, password: 'right' },
      { user: bob, password: 'right' },
    ]);
    for (const { id, tenantId } of [unverified, bob])
      await signIn.admit(visit().interaction.uid, { userId: id, tenantId, at: new Date(5000) });
    expect(await signIn.stand(visit())).toMatchObject({ at: 'step', user: { id: bob.id } });
  });

  it('of an account that is gone starts the sign-in over', async () => {
    const { signIn, visit } = createBench();
    const gone = { userId: userId('gone'), tenantId: TENANT, at: new Date(5000) };
    await signIn.admit(visit().interaction.uid, gone);
    expect(await signIn.stand(visit())).toEqual({ at: 'password', attempts: 0 });
  });
});

describe('an expired password', () => {
  const expired = [{ user: aUser(), password: 'right', expiresAt: new Date('2029-12-31') }];

  it('lets nobody in until it is changed, and then ends every other session and tells the owner', async () => {
    const { attempt, signIn, visit, stored, ended, mails, clock, entries } = createBench(expired);
    expect(await attempt(ADA, 'right')).toMatchObject({
      value: { at: 'step', step: 'change-password' },
    });
    clock.pass(MINUTE);
    expect(await signIn.changePassword(visit(), 'a new one')).toMatchObject({
      ok: true,
      value: { at: 'done', signedIn: { at: clock.now() } },
    });
    expect(stored.get(aUser().id)).toBe('phc of a new one');
    expect(ended).toEqual([[`${aUser().id} password-changed`, clock.now()]]);
    expect(mails).toMatchObject([{ to: ADA, topic: 'passwords/changed' }]);
    expect(entries.map(({ action }) => action)).toEqual([
      'sign-in.challenged',
      'password.changed',
      'sign-in.succeeded',
    ]);
  });

  it('stays where the new one breaks a rule', async () => {
    const { attempt, signIn, visit, stored, finds } = createBench(expired);
    await attempt(ADA, 'right');
    finds('too-short', 'no-digit');
    expect(await signIn.changePassword(visit(), 'short')).toEqual({
      ok: false,
      reason: 'unfit',
      faults: ['too-short', 'no-digit'],
    });
    expect(stored.size).toBe(0);
    expect(await signIn.stand(visit())).toMatchObject({ at: 'step', step: 'change-password' });
  });

  it('cannot be changed by whoever did not show it', async () => {
    const { signIn, visit, calls } = createBench(expired);
    await signIn.stand(visit());
    calls.length = 0;
    expect(await signIn.changePassword(visit(), 'a new one')).toEqual({
      ok: false,
      reason: 'gone',
    });
    expect(calls).toEqual([]);
  });

  it('that was changed elsewhere meanwhile has to be shown anew', async () => {
    const { attempt, signIn, visit, deps } = createBench(expired);
    await attempt(ADA, 'right');
    await deps.passwords.put({} as never, aUser().id, { hash: 'another', expiresAt: null });
    expect(await signIn.stand(visit())).toEqual({ at: 'password', attempts: 1 });
  });
});
