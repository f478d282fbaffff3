import { desc, inArray } from 'drizzle-orm';
import { outbox } from '#src/infra/postgres/schema/outbox.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { ClaimedMessage, Kind, OutboxEntry, OutboxStore } from './store.ts';

const COUNT = `
  select count(*)::int as count from outbox
  where recipient_digest = $1 and topic = $2 and created_at > $3`;

const CLAIM = `
  update outbox set attempts = attempts + 1, due_at = $2
  where id = (
    select id from outbox where state = 'waiting' and due_at <= $1 and kind = any($3)
    order by due_at limit 1 for update skip locked)
  returning id, tenant_id, kind, topic, recipient_digest, content_sealed, attempts, expires_at, created_at`;

const SETTLE = `
  update outbox
  set state = $3, last_error = coalesce($4, last_error), due_at = coalesce($5, due_at),
      settled_at = case when $3 = 'waiting' then null else $6::timestamptz end,
      content_sealed = case when $7 then '' else content_sealed end
  where id = $1 and state = 'waiting' and (attempts = $2 or $3 = 'delivered')`;

const REVIVE = `
  update outbox set state = 'waiting', attempts = 0, due_at = $1, settled_at = null
  where state = 'dead' and content_sealed <> '' and (expires_at is null or expires_at > $1)
    and ($2::uuid[] is null or id = any($2))
  returning id`;

/** Nothing is settled before it is created: the index on that finds what can be old enough. */
const FORGET = `
  delete from outbox where id in (
    select id from outbox
    where state = $1 and created_at <= $2 and settled_at <= $2
    order by created_at limit $3)`;

const EMPTY = `
  update outbox set content_sealed = '' where id in (
    select id from outbox
    where state = 'dead' and content_sealed <> '' and expires_at <= $1 limit $2)`;

const SHOWN = {
  id: outbox.id,
  tenant: outbox.tenantId,
  topic: outbox.topic,
  state: outbox.state,
  attempts: outbox.attempts,
  dueAt: outbox.dueAt,
  createdAt: outbox.createdAt,
  lastError: outbox.lastError,
} as const;

interface Claimed extends Record<string, unknown> {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly kind: Kind;
  readonly topic: string;
  readonly recipient_digest: string;
  readonly content_sealed: string;
  readonly attempts: number;
  readonly expires_at: Date | null;
  readonly created_at: Date;
}

export function createOutboxStore(): OutboxStore {
  return {
    async insert(unit, message) {
      await rows(unit)
        .insert(outbox)
        .values({ ...message, dueAt: message.createdAt });
    },

    async queueUp(unit, recipientDigest, topic) {
      await client(unit).query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `outbox ${recipientDigest} ${topic}`,
      ]);
    },

    async countSince(unit, recipientDigest, topic, since) {
      const found = await client(unit).query<{ count: number }>(COUNT, [
        recipientDigest,
        topic,
        since,
      ]);
      return found.rows[0]?.count ?? 0;
    },

    async claim(unit, { kinds, now, leaseEnd }) {
      const found = await client(unit).query<Claimed>(CLAIM, [now, leaseEnd, kinds]);
      const [row] = found.rows;
      return row && claimedOf(row);
    },

    async settle(unit, { id, attempts }, fate, now) {
      const isOver =
        fate.state === 'delivered' || (fate.state === 'dead' && fate.cause === 'expired');
      const settled = await client(unit).query(SETTLE, [
        id,
        attempts,
        fate.state,
        fate.state === 'delivered' ? null : fate.reason,
        fate.state === 'waiting' ? fate.dueAt : null,
        now,
        isOver,
      ]);
      return settled.rowCount === 1;
    },

    async list(unit, states, limit) {
      const found = await rows(unit)
        .select(SHOWN)
        .from(outbox)
        .where(inArray(outbox.state, states))
        .orderBy(desc(outbox.createdAt), desc(outbox.id))
        .limit(limit);
      return found.map(entryOf);
    },

    async revive(unit, ids, now) {
      const revived = await client(unit).query<{ id: string }>(REVIVE, [now, ids ?? null]);
      return revived.rows.map(({ id }) => id);
    },

    async sweep(unit, { now, deliveredBefore, deadBefore, limit }) {
      await client(unit).query(FORGET, ['delivered', deliveredBefore, limit]);
      await client(unit).query(FORGET, ['dead', deadBefore, limit]);
      await client(unit).query(EMPTY, [now, limit]);
    },
  };
}

function claimedOf(row: Claimed): ClaimedMessage {
  return {
    id: row.id,
    ...(row.tenant_id !== null && { tenantId: tenantId(row.tenant_id) }),
    kind: row.kind,
    topic: row.topic,
    recipientDigest: row.recipient_digest,
    contentSealed: row.content_sealed,
    attempts: row.attempts,
    ...(row.expires_at && { expiresAt: row.expires_at }),
    createdAt: row.created_at,
  };
}

type Shown = Omit<OutboxEntry, 'tenantId' | 'lastError'> & {
  readonly tenant: string | null;
  readonly lastError: string | null;
};

function entryOf({ tenant, lastError, ...entry }: Shown): OutboxEntry {
  return {
    ...entry,
    ...(tenant !== null && { tenantId: tenantId(tenant) }),
    ...(lastError !== null && { lastError }),
  };
}
