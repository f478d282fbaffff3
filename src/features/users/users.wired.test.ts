import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { userId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { type Credentials, createUsers, type UserDraft } from './service.ts';
import { createUserStore } from './store.pg.ts';
import type { User } from './user.ts';

let bench: Bench;
const clock = createTestClock(new Date('2030-01-01T12:00:00.678Z'));
const ids = createIds();
const store = createUserStore();

beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Credentials that keep nothing and note whose they were to be. */
function noting(over: Partial<Credentials<string>> = {}) {
  const put: string[] = [];
  const credentials: Credentials<string> = {
    prepare: async (password) => `#${password}`,
    put: async (_, user, prepared) => void put.push(`${user} ${prepared}`),
    ...over,
  };
  return { put, credentials };
}

function aRoom(credentials: Credentials<string> = noting().credentials) {
  const { units } = bench;
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  return createUsers({ units, store, audit, clock, ids, credentials });
}

async function aDraft(over: Partial<UserDraft> = {}): Promise<UserDraft> {
  const tenantId = await bench.aTenant();
  const email = `ada.${mark()}@x.test`;
  return { tenantId, email, name: 'Ada', role: 'user', password: 'p', verified: false, ...over };
}

function made(outcome: Outcome<User, 'email-taken'>): User {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

function entries(email: string) {
  return bench.units.run(SYSTEM, async (unit) => {
    const found = await client(unit).query(
      `select action, outcome, tenant_id, resource_id from audit_entries where details->>'email' = $1`,
      [email],
    );
    return found.rows;
  });
}

describe('users.create', () => {
  it('makes an account with its password and its entry', async () => {
    const { put, credentials } = noting();
    const draft = await aDraft({ email: `Ada.${mark()}@X.test`, verified: true });
    const user = made(await aRoom(credentials).create(draft));
    const email = draft.email.toLowerCase();

    expect(user).toMatchObject({
      email,
      role: 'user',
      status: 'active',
      emailVerifiedAt: clock.now(),
    });
    expect(put).toStrictEqual([`${user.id} #p`]);
    expect(
      await bench.units.run(inTenant(draft.tenantId), (unit) => store.find(unit, user.id)),
    ).toStrictEqual(user);
    expect(await entries(email)).toStrictEqual([
      {
        action: 'user.created',
        outcome: 'success',
        tenant_id: draft.tenantId,
        resource_id: user.id,
      },
    ]);
  });

  it('leaves an address unverified unless it is known', async () => {
    expect(made(await aRoom().create(await aDraft())).emailVerifiedAt).toBeUndefined();
  });

  it('lets a session live that counts in seconds and begins within the same one', async () => {
    const user = made(await aRoom().create(await aDraft()));
    const second = Math.floor(clock.now().getTime() / 1000) * 1000;
    expect(user.sessionsValidFrom.getTime()).toBeLessThanOrEqual(second);
  });

  it('refuses an address that somebody has, in another tenant too, and keeps no password', async () => {
    const first = await aDraft();
    made(await aRoom().create(first));
    const { put, credentials } = noting();
    const second = await aDraft({ email: first.email.toUpperCase() });
    expect(await aRoom(credentials).create(second)).toStrictEqual({
      ok: false,
      reason: 'email-taken',
    });
    expect(put).toStrictEqual([]);
    expect((await entries(first.email)).map(({ outcome }) => outcome).toSorted()).toStrictEqual([
      'email-taken',
      'success',
    ]);
  });

  it('gives one of twenty the address', async () => {
    const draft = await aDraft();
    const endings = await Promise.all(Array.from({ length: 20 }, () => aRoom().create(draft)));
    expect(endings.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('makes no account whose password could not be kept, and leaves no entry', async () => {
    const draft = await aDraft();
    const { credentials } = noting({ put: () => Promise.reject(new Error('lost')) });
    await expect(aRoom(credentials).create(draft)).rejects.toThrow('lost');
    expect(
      await bench.units.run(SYSTEM, (unit) => store.locate(unit, draft.email)),
    ).toBeUndefined();
    expect(await entries(draft.email)).toStrictEqual([]);
  });

  it('does not hash for a draft that cannot be', async () => {
    const { credentials } = noting({ prepare: () => Promise.reject(new Error('hashed')) });
    const draft = await aDraft({ email: 'u@x.test,evil@y.test' });
    await expect(aRoom(credentials).create(draft)).rejects.toBeInstanceOf(InvalidInput);
  });
});

describe('the store of users', () => {
  it('tells whose address it is before the tenant is known, and nothing more', async () => {
    const tenant = await bench.aTenant();
    const { id, email } = await bench.aUser(tenant);
    expect(await bench.units.run(SYSTEM, (unit) => store.locate(unit, email))).toStrictEqual({
      id,
      tenantId: tenant,
    });
  });

  it('moves an epoch on, and never back', async () => {
    const tenant = await bench.aTenant();
    const { id } = await bench.aUser(tenant);
    const move = (at: string) =>
      bench.units.run(inTenant(tenant), async (unit) => {
        await store.moveEpoch(unit, id, new Date(at));
        return (await store.find(unit, id))?.sessionsValidFrom.toISOString();
      });
    expect(await move('2031-01-01T00:00:00.001Z')).toBe('2031-01-01T00:00:00.001Z');
    expect(await move('2030-06-01T00:00:00.000Z')).toBe('2031-01-01T00:00:00.001Z');
  });

  it('knows no epoch of somebody who is not there', async () => {
    const tenant = await bench.aTenant();
    const nobody = userId(randomUUID());
    expect(
      await bench.units.run(inTenant(tenant), (unit) => store.moveEpoch(unit, nobody, clock.now())),
    ).toBeUndefined();
  });
});
