import { and, eq, inArray, isNull } from 'drizzle-orm';
import { knownDevices, lockouts, unlocks } from '#src/infra/postgres/schema/lockout.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { LockoutStore } from './store.ts';

/** Nobody's id, and nothing's digest: asked for where there is no user or no device. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
const NOTHING = '';

/** What is there already is written as it was, which locks it and answers with its newest version. */
const TAKE = `
  with device as (
    select exists (select from known_devices where user_id = $1 and device_digest = $2) as is_known)
  insert into lockouts (key_digest, failures, touched_at)
  select case when is_known then $3::text else $4::text end, 0, $5::timestamptz from device
  on conflict (key_digest) do update set touched_at = excluded.touched_at
  returning key_digest, failures, closed_until`;

/** Those beyond the newest are told apart before this one is there, so one more than is left goes. */
const REMEMBER = `
  with forgotten as (
    delete from known_devices where user_id = $1 and device_digest in (
      select device_digest from known_devices where user_id = $1 and device_digest <> $3
      order by last_seen_at desc, device_digest offset $5))
  insert into known_devices (user_id, tenant_id, device_digest, first_seen_at, last_seen_at)
  values ($1, $2, $3, $4, $4)
  on conflict (user_id, device_digest) do update set last_seen_at = excluded.last_seen_at`;

/** The outer condition is judged again on a row that somebody counted on meanwhile. */
const SWEEP_COUNTS = `
  delete from lockouts where touched_at < $1 and (closed_until is null or closed_until <= $2)
    and key_digest in (select key_digest from lockouts where touched_at < $1 limit $3)`;

const SWEEP_DEVICES = `
  delete from known_devices where last_seen_at < $1 and (user_id, device_digest) in (
    select user_id, device_digest from known_devices where last_seen_at < $1 limit $2)`;

interface Taken extends Record<string, unknown> {
  readonly key_digest: string;
  readonly failures: number;
  readonly closed_until: Date | null;
}

export function createLockoutStore(): LockoutStore {
  return {
    ...counts,
    ...devices,
    ...links,

    async sweep(unit, { now, untouchedSince, unseenSince, limit }) {
      await client(unit).query(SWEEP_COUNTS, [untouchedSince, now, limit]);
      await client(unit).query(SWEEP_DEVICES, [unseenSince, limit]);
    },
  };
}

const counts: Pick<LockoutStore, 'take' | 'put' | 'wipe'> = {
  async take(unit, { userId = NOBODY, deviceDigest = NOTHING, deviceKey, addressKey }, now) {
    const taken = await client(unit).query<Taken>(TAKE, [
      ...[userId, deviceDigest],
      ...[deviceKey, addressKey, now],
    ]);
    const [row] = taken.rows;
    if (!row) throw new TypeError('A count was neither found nor made');
    const { key_digest: key, failures, closed_until: closedUntil } = row;
    return { key, state: { failures, ...(closedUntil && { closedUntil }) } };
  },

  async put(unit, key, { failures, closedUntil = null }) {
    await rows(unit)
      .update(lockouts)
      .set({ failures, closedUntil })
      .where(eq(lockouts.keyDigest, key));
  },

  async wipe(unit, keys) {
    await rows(unit)
      .delete(lockouts)
      .where(inArray(lockouts.keyDigest, [...keys]));
  },
};

const IS_KNOWN = `
  select exists (
    select from known_devices d
    where d.user_id = (select u.id from locate_user($1) u) and d.device_digest = $2) as is_known`;

const devices: Pick<LockoutStore, 'remember' | 'isKnown' | 'devicesOf' | 'forgetDevices'> = {
  async remember(unit, { userId, tenantId, deviceDigest, seenAt }, most) {
    await client(unit).query(REMEMBER, [userId, tenantId, deviceDigest, seenAt, most - 1]);
  },

  async isKnown(unit, email, deviceDigest) {
    const values = [email, deviceDigest];
    const found = await client(unit).query<{ is_known: boolean }>(IS_KNOWN, values);
    return found.rows[0]?.is_known === true;
  },

  async devicesOf(unit, id) {
    const found = await rows(unit)
      .select({ digest: knownDevices.deviceDigest })
      .from(knownDevices)
      .where(eq(knownDevices.userId, id));
    return found.map(({ digest }) => digest);
  },

  async forgetDevices(unit, id) {
    const forgotten = await rows(unit)
      .delete(knownDevices)
      .where(eq(knownDevices.userId, id))
      .returning({ digest: knownDevices.deviceDigest });
    return forgotten.map(({ digest }) => digest);
  },
};

const links: Pick<LockoutStore, 'putUnlock' | 'peekUnlock' | 'spendUnlock'> = {
  async putUnlock(unit, unlock) {
    const { tokenDigest, createdAt, expiresAt } = unlock;
    await rows(unit)
      .insert(unlocks)
      .values(unlock)
      .onConflictDoUpdate({
        target: unlocks.userId,
        set: { tokenDigest, createdAt, expiresAt, spentAt: null },
      });
  },

  async peekUnlock(unit, tokenDigest) {
    const [row] = await rows(unit)
      .select()
      .from(unlocks)
      .where(eq(unlocks.tokenDigest, tokenDigest));
    if (!row) return undefined;
    const { createdAt, expiresAt, spentAt } = row;
    return {
      userId: userId(row.userId),
      tenantId: tenantId(row.tenantId),
      ...{ tokenDigest, createdAt, expiresAt },
      ...(spentAt && { spentAt }),
    };
  },

  async spendUnlock(unit, tokenDigest, at) {
    const spent = await rows(unit)
      .update(unlocks)
      .set({ spentAt: at })
      .where(and(eq(unlocks.tokenDigest, tokenDigest), isNull(unlocks.spentAt)))
      .returning({ userId: unlocks.userId });
    return spent.length === 1;
  },
};
