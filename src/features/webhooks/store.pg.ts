import { count, eq, isNull } from 'drizzle-orm';
import { webhooks } from '#src/infra/postgres/schema/webhooks.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import { tenantOf } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Held, KeptWebhook, WebhookStore } from './store.ts';
import type { Webhook } from './webhook.ts';

const LIST = `
  select * from webhooks
  where $1::timestamptz is null or (created_at, id) > ($1, $2::uuid)
  order by created_at, id limit $3`;

const DUE = `
  select * from webhooks
  where state <> 'paused' and due_at <= $1 and ($2::timestamptz is null or (due_at, id) > ($2, $3::uuid))
  order by due_at, id limit $4`;

/** Of simultaneous takers, the second waits for the row and finds it due no more. */
const CLAIM = `
  update webhooks set due_at = $3
  where id = $1 and state <> 'paused' and due_at <= $2
  returning *`;

/** Its lease is what tells whoever serves it from everybody after them. */
const ADVANCE = `
  update webhooks
  set position = $3, due_at = $5,
      failures = case when $6 then 0 else failures end,
      failing_since = case when $6 then null else failing_since end,
      last_error = case when $6 then null else last_error end,
      last_delivered_at = case when $6 then $4 else last_delivered_at end,
      updated_at = case when $6 and state = 'failing'
        then greatest($4, updated_at + interval '1 millisecond') else updated_at end,
      state = case when $6 and state = 'failing' then 'active' else state end
  where id = $1 and due_at = $2
  returning *`;

const SETTLE = `
  update webhooks
  set position = $9, failures = $4, failing_since = $5, due_at = $6, last_error = $7,
      updated_at = case when state <> $3
        then greatest($8, updated_at + interval '1 millisecond') else updated_at end,
      state = $3
  where id = $1 and due_at = $2`;

export function createWebhookStore(): WebhookStore {
  return {
    async insert(unit, webhook) {
      const { id, tenantId: tenant, createdAt } = webhook;
      await rows(unit)
        .insert(webhooks)
        .values({ id, tenantId: tenant ?? null, createdAt, ...columnsOf(webhook) });
    },

    async count(unit) {
      const tenant = tenantOf(unit.scope);
      const whose =
        tenant === undefined ? isNull(webhooks.tenantId) : eq(webhooks.tenantId, tenant);
      const [found] = await rows(unit).select({ count: count() }).from(webhooks).where(whose);
      return found?.count ?? 0;
    },

    find: (unit, id) => one(unit, 'select * from webhooks where id = $1', [id]),

    async list(unit, { after, limit }) {
      const values = [after?.createdAt ?? null, after?.id ?? null, limit];
      const found = await client(unit).query<WebhookRow>(LIST, values);
      return found.rows.map(webhookOf);
    },

    take: (unit, id) => one(unit, 'select * from webhooks where id = $1 for update', [id]),

    async update(unit, webhook) {
      await rows(unit).update(webhooks).set(columnsOf(webhook)).where(eq(webhooks.id, webhook.id));
    },

    async remove(unit, id) {
      await rows(unit).delete(webhooks).where(eq(webhooks.id, id));
    },

    async due(unit, { now, after, limit }) {
      const values = [now, after?.dueAt ?? null, after?.id ?? null, limit];
      const found = await client(unit).query<WebhookRow>(DUE, values);
      return found.rows.map(keptOf);
    },

    async claim(unit, id, { now, lease }) {
      return held(await one(unit, CLAIM, [id, now, lease]));
    },

    async advance(unit, { id, lease }, { position, taken, now, dueAt }) {
      return held(await one(unit, ADVANCE, [id, lease, position, now, dueAt, taken]));
    },

    async settle(unit, { id, lease, position }, fate, now) {
      const { state, failures, failingSince, dueAt, lastError } = fate;
      const values = [state, failures, failingSince, dueAt, lastError, now, position];
      const settled = await client(unit).query(SETTLE, [id, lease, ...values]);
      return settled.rowCount === 1;
    },
  };
}

async function one(unit: Unit, text: string, values: unknown[]): Promise<KeptWebhook | undefined> {
  const found = await client(unit).query<WebhookRow>(text, values);
  return found.rows[0] && keptOf(found.rows[0]);
}

function held(webhook: KeptWebhook | undefined): Held | undefined {
  return webhook && { ...webhook, lease: webhook.dueAt };
}

function columnsOf(webhook: KeptWebhook) {
  const { url, description, events, state, position, failures, dueAt, updatedAt } = webhook;
  return {
    ...{ url, description, events: [...events], state, position, failures, dueAt, updatedAt },
    secretSealed: webhook.secretSealed,
    previousSealed: webhook.previous?.sealed ?? null,
    previousUntil: webhook.previous?.until ?? null,
    failingSince: webhook.failingSince ?? null,
    lastError: webhook.lastError ?? null,
    lastDeliveredAt: webhook.lastDeliveredAt ?? null,
  };
}

interface WebhookRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
  readonly secret_sealed: string;
  readonly previous_sealed: string | null;
  readonly previous_until: Date | null;
  readonly state: Webhook['state'];
  readonly position: number;
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly due_at: Date;
  readonly last_error: string | null;
  readonly last_delivered_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

function webhookOf(row: WebhookRow): Webhook {
  return {
    id: row.id,
    ...(row.tenant_id !== null && { tenantId: tenantId(row.tenant_id) }),
    url: row.url,
    description: row.description,
    events: row.events,
    state: row.state,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function keptOf(row: WebhookRow): KeptWebhook {
  const { previous_sealed: sealed, previous_until: until } = row;
  return {
    ...webhookOf(row),
    secretSealed: row.secret_sealed,
    ...(sealed !== null && until && { previous: { sealed, until } }),
    position: row.position,
    failures: row.failures,
    ...(row.failing_since && { failingSince: row.failing_since }),
    dueAt: row.due_at,
    ...(row.last_error !== null && { lastError: row.last_error }),
    ...(row.last_delivered_at && { lastDeliveredAt: row.last_delivered_at }),
  };
}
