import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { clientId, userId } from '#src/kernel/ids.ts';
import { anInteraction, aUser, createBench, OTHER_TENANT, TENANT } from './bench.ts';
import { createSignIn } from './service.ts';

const ADA = 'ada@x.test';
const BOUND = { id: clientId('flock'), name: 'Flock', tenantId: OTHER_TENANT };
const { emailVerifiedAt: _, ...unverified } = aUser();

describe('a right password', () => {
  it('lets in whose it is, and says how and when', async () => {
    const { attempt, clock } = createBench();
    expect(await attempt(ADA, 'right')).toEqual({
      ok: true,
      value: { userId: aUser().id, at: clock.now(), amr: ['pwd'], acr: 'urn:avian:acr:password' },
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
    expect(calls).toContain('passwords.prepare with 0 open');
    expect(calls.slice(-4)).toEqual(['open tenant', 'passwords.put', 'audit.record', 'close']);
  });

  it('lets in with an old hash while hashing is busy', async () => {
    const { deps, stored } = createBench([
      { user: aUser(), password: 'right', hash: 'right-outdated' },
    ]);
    const busy = { ...deps.passwords, prepare: () => Promise.reject(new Unavailable('busy')) };
    const signIn = createSignIn({ ...deps, passwords: busy });
    await signIn.begin(anInteraction());
    const attempt = { interaction: anInteraction(), email: ADA, password: 'right', origin: {} };
    expect(await signIn.attempt(attempt)).toMatchObject({ ok: true });
    expect(stored.size).toBe(0);
  });

  it('replaces nothing of an account that is not let in', async () => {
    const { attempt, stored } = createBench([
      { user: unverified, password: 'right', hash: 'right-outdated' },
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
      who: 'who has not confirmed',
      residents: unconfirmed,
      told: 'unverified',
      found: 'unverified',
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
    'passwords.check with 0 open',
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
    'asks the same questions in the same order for %j, right or wrong, and hashes once',
    async (email) => {
      for (const password of ['right', 'wrong', '']) {
        const { attempt, calls } = createBench(everyone);
        await attempt(email, password, interaction);
        expect(calls).toEqual(shape);
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
    const { deps, states } = createBench();
    const broken = { record: () => Promise.reject(new Unavailable('no database')) };
    const signIn = createSignIn({ ...deps, audit: broken });
    const interaction = anInteraction();
    await signIn.begin(interaction);
    const attempt = { interaction, email: ADA, password: 'right', origin: {} };
    await expect(signIn.attempt(attempt)).rejects.toThrow(Unavailable);
    expect(await signIn.begin(interaction)).toBe('password');
    expect(states.keys()).toHaveLength(1);
  });
});

describe('a sign-in’s course', () => {
  it('ends when it took too long, whatever password is shown', async () => {
    const { signIn, clock, calls } = createBench();
    const interaction = anInteraction();
    await signIn.begin(interaction);
    clock.pass(30 * MINUTE);
    calls.length = 0;
    const attempt = { interaction, email: ADA, password: 'right', origin: {} };
    expect(await signIn.attempt(attempt)).toEqual({ ok: false, reason: 'gone' });
    expect(calls).toEqual([]);
  });

  it('needs to have begun', async () => {
    const attempt = { interaction: anInteraction(), email: ADA, password: 'right', origin: {} };
    expect(await createBench().signIn.attempt(attempt)).toEqual({ ok: false, reason: 'gone' });
  });

  it('goes on where it was when its page is opened again', async () => {
    const { signIn, attempt } = createBench();
    expect(await signIn.begin(anInteraction())).toBe('password');
    await attempt(ADA, 'right');
    expect(await signIn.begin(anInteraction())).toBe('done');
  });

  it('is not named where it is kept', async () => {
    const { signIn, states } = createBench();
    await signIn.begin(anInteraction());
    expect(states.keys()).toEqual([expect.stringMatching(/^sign-in:state:[\w-]{43}$/)]);
  });

  it('answers a form that was sent twice with one and the same sign-in', async () => {
    const { signIn, clock } = createBench();
    const interaction = anInteraction();
    await signIn.begin(interaction);
    const attempt = { interaction, email: ADA, password: 'right', origin: {} };
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
    const { signIn, states, deps } = createBench();
    const interaction = anInteraction();
    await signIn.begin(interaction);
    const attempt = { interaction, email: ADA, password: 'wrong', origin: {} };
    await Promise.all(Array.from({ length: 20 }, () => signIn.attempt(attempt)));
    const [key = ''] = states.keys();
    const entry = await deps.states.get(key);
    expect(JSON.parse(entry?.value ?? '{}')).toEqual({ at: 'password', attempts: 20 });
  });
});
