import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import type { LogoutNotice, MailDraft } from '#src/features/outbox/index.ts';
import { createTenantStore } from '#src/features/tenancy/index.ts';
import { createUserStore } from '#src/features/users/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { type UserId, userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { createTestClock } from '#src/testing/clock.ts';
import type { EndedSession } from './ending.ts';
import type { SessionFacts } from './lifetime.ts';
import { createSessions } from './service.ts';
import { createSessionStore } from './store.pg.ts';

let bench: Bench;
const ids = createIds();
const digest = createDigest(randomBytes(32));

beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Somebody signed in, at a time that stands still. `told` is what the outbox was given. */
async function someone() {
  const told: (LogoutNotice & { readonly in: Scope['kind'] })[] = [];
  const mails: MailDraft[] = [];
  const clock = createTestClock(new Date('2030-06-01T12:00:00.500Z'));
  const { units } = bench;
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const sessions = createSessions({
    outbox: {
      logout: async (unit, notice) => void told.push({ ...notice, in: unit.scope.kind }),
      mail: async (_, mail) => mails.push(mail) > 0,
    },
    applications: { of: async () => ['flock', 'wing'] },
    units,
    store: createSessionStore(),
    users: createUserStore(),
    tenants: createTenantStore(),
    issuer: 'https://id.test',
    audit,
    clock,
    digest,
  });
  const tenantId = await bench.aTenant();
  const user = await bench.aUser(tenantId);
  const facts = (over: Partial<SessionFacts> = {}): SessionFacts => ({
    uid: ids.secret(),
    userId: user.id,
    startedAt: clock.now(),
    signedInAt: clock.now(),
    ...over,
  });
  const ending = (uid: string): EndedSession => ({
    tenantId,
    userId: user.id,
    uid,
    reason: 'sign-out',
  });
  return { clock, sessions, tenantId, user, facts, ending, told, mails };
}

function entries(user: UserId) {
  return bench.units.run(SYSTEM, async (unit) => {
    const found = await client(unit).query(
      `select action, tenant_id, resource_type, details from audit_entries where actor_id = $1`,
      [user],
    );
    return found.rows;
  });
}

function set(text: string, values: unknown[]): Promise<unknown> {
  return bench.units.run(SYSTEM, (unit) => client(unit).query(text, values));
}

describe('sessions.judge', () => {
  it('knows whose session it is, as they are now', async () => {
    const { sessions, tenantId, user, facts } = await someone();
    await set(`update users set name = 'Ada L.', email_verified_at = $2 where id = $1`, [
      user.id,
      new Date('2030-05-05T05:05:05.505Z'),
    ]);
    expect(await sessions.judge(facts())).toStrictEqual({
      alive: true,
      user: {
        id: user.id,
        tenantId,
        email: user.email,
        name: 'Ada L.',
        role: 'user',
        emailVerifiedAt: new Date('2030-05-05T05:05:05.505Z'),
        updatedAt: new Date('2030-01-01T12:00:00.000Z'),
      },
    });
  });

  it.each(['nobody', '', '\0', randomUUID()])('finds the user %j gone', async (nobody) => {
    const { sessions, facts } = await someone();
    expect(await sessions.judge(facts({ userId: userId(nobody) }))).toStrictEqual({
      alive: false,
      reason: 'user-gone',
    });
  });

  it('refuses the session of a disabled user at once, and of a suspended tenant', async () => {
    const { sessions, tenantId, user, facts } = await someone();
    await set(`update tenants set status = 'suspended' where id = $1`, [tenantId]);
    expect(await sessions.judge(facts())).toMatchObject({ reason: 'tenant-suspended' });
    await set(`update users set status = 'disabled' where id = $1`, [user.id]);
    expect(await sessions.judge(facts())).toMatchObject({ reason: 'user-gone' });
  });

  it('lets seven days pass and not a millisecond more', async () => {
    const { clock, sessions, facts } = await someone();
    const session = facts();
    clock.pass(7 * DAY - 1);
    expect(await sessions.judge(session)).toMatchObject({ alive: true });
    clock.pass(1);
    expect(await sessions.judge(session)).toMatchObject({ reason: 'expired' });
  });
});

describe('sessions.end', () => {
  it('refuses that session from then on, signed in again or not, and no other', async () => {
    const { clock, sessions, facts, ending } = await someone();
    const [ended, other] = [facts(), facts()];
    await sessions.end(ending(ended.uid));
    clock.pass(1000);
    expect(await sessions.judge(ended)).toMatchObject({ reason: 'ended' });
    expect(await sessions.judge({ ...ended, signedInAt: clock.now() })).toMatchObject({
      reason: 'ended',
    });
    expect(await sessions.judge(other)).toMatchObject({ alive: true });
  });

  it('ends it once and enters it once, however many ask at once', async () => {
    const { sessions, tenantId, user, facts, ending } = await someone();
    const { uid } = facts();
    await Promise.all(Array.from({ length: 20 }, () => sessions.end(ending(uid))));
    await sessions.end(ending(uid));
    expect(await entries(user.id)).toStrictEqual([
      {
        action: 'session.ended',
        tenant_id: tenantId,
        resource_type: 'session',
        details: { reason: 'sign-out' },
      },
    ]);
  });

  it('tells its applications once, in its unit, however many ask at once', async () => {
    const { sessions, user, facts, ending, told } = await someone();
    const { uid } = facts();
    const ended = { ...ending(uid), clients: ['flock', 'wing'] };
    await Promise.all(Array.from({ length: 20 }, () => sessions.end(ended)));
    expect(told).toStrictEqual(
      ['flock', 'wing'].map((clientId) => ({ clientId, userId: user.id, sid: uid, in: 'tenant' })),
    );
  });

  it('keeps the revocation as long as the session could live, and never its uid', async () => {
    const { clock, sessions, tenantId, facts, ending } = await someone();
    const { uid } = facts();
    await sessions.end(ending(uid));
    const found = await bench.units.run(inTenant(tenantId), (unit) =>
      client(unit).query('select * from session_revocations'),
    );
    expect(found.rows).toMatchObject([{ expires_at: later(clock.now(), 7 * DAY + HOUR) }]);
    expect(JSON.stringify(found.rows)).not.toContain(uid);
  });
});

describe('sessions.endAll', () => {
  it('ends what was signed in up to now, this millisecond included, and nothing later', async () => {
    const { clock, sessions, tenantId, user, facts } = await someone();
    const before = facts();
    await bench.units.run(inTenant(tenantId), (unit) =>
      sessions.endAll(unit, user.id, 'password-reset'),
    );
    expect(await sessions.judge(before)).toMatchObject({ reason: 'epoch' });
    clock.pass(1);
    expect(await sessions.judge(facts())).toMatchObject({ alive: true });
    expect(await entries(user.id)).toMatchObject([
      { action: 'session.all-ended', details: { reason: 'password-reset' } },
    ]);
  });

  it('tells every application the user is in, of all they have there', async () => {
    const { sessions, tenantId, user, told } = await someone();
    await bench.units.run(inTenant(tenantId), (unit) => sessions.endAll(unit, user.id, 'reset'));
    expect(told).toStrictEqual(
      ['flock', 'wing'].map((clientId) => ({ clientId, userId: user.id, in: 'tenant' })),
    );
  });

  it('ends nothing when what caused it is undone', async () => {
    const { sessions, tenantId, user, facts } = await someone();
    const undone = bench.units.run(inTenant(tenantId), async (unit) => {
      await sessions.endAll(unit, user.id, mark());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await sessions.judge(facts())).toMatchObject({ alive: true });
    expect(await entries(user.id)).toStrictEqual([]);
  });

  it('reaches nobody in another tenant', async () => {
    const [own, other] = [await someone(), await someone()];
    await bench.units.run(inTenant(own.tenantId), (unit) =>
      own.sessions.endAll(unit, other.user.id, 'spite'),
    );
    expect(await other.sessions.judge(other.facts())).toMatchObject({ alive: true });
    expect(own.told).toStrictEqual([]);
  });
});
