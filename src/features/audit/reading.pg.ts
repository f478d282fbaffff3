import { client } from '#src/infra/postgres/units.ts';
import { tenantOf } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Entry } from './entry.ts';
import {
  type Conditions,
  type Extent,
  type Name,
  type Names,
  type Place,
  placeOf,
  type ReadingStore,
  type Stretch,
} from './reading.store.ts';

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly at: Date;
  readonly tenant_id: string | null;
  readonly actor_kind: Entry['actorKind'];
  readonly actor_id: string | null;
  readonly actor_tenant_id: string | null;
  readonly action: string;
  readonly outcome: string;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const COLUMNS = `id, at, tenant_id, actor_kind, actor_id, actor_tenant_id, action, outcome,
  resource_type, resource_id, address, user_agent, request_id, details`;

const ORDER = 'order by at desc, id desc';

export function createReadingStore(): ReadingStore {
  return {
    async page(unit, stretch) {
      const { text, values } = conditionsOf(stretch);
      const found = await client(unit).query<Row>(
        `select ${COLUMNS} from audit_entries ${text} ${ORDER} limit $${values.length + 1}`,
        [...values, stretch.limit],
      );
      return found.rows.map(entryOf);
    },

    async find(unit, id) {
      const { text, values } = conditionsOf({ where: inside(unit) });
      const found = await client(unit).query<Row>(
        `select ${COLUMNS} from audit_entries ${text} and id = $${values.length + 1}`,
        [...values, id],
      );
      return found.rows[0] && entryOf(found.rows[0]);
    },

    async extent(unit, stretch) {
      const { text, values } = conditionsOf(stretch);
      const end = `$${values.length + 1}`;
      const found = await client(unit).query<Counted>(
        `select * from
           (select at, id, row_number() over (${ORDER})::int as nth, count(*) over ()::int as total from
             (select at, id from audit_entries ${text} ${ORDER} limit ${end} + 1) as counted) as numbered
         where nth in (1, ${end})`,
        [...values, stretch.limit],
      );
      return extentOf(found.rows, stretch.limit);
    },

    async names(unit, { users, tenants, clients }) {
      const own = tenantOf(unit.scope) ?? null;
      const found = await client(unit).query<NameRow>(NAMES, [users, tenants, clients, own]);
      return namesOf(found.rows);
    },

    async userOf(unit, email) {
      const found = await client(unit).query<{ id: string }>(
        'select id from users where email = $1',
        [email],
      );
      return found.rows[0]?.id;
    },
  };
}

/** All of the unit's own tenant; of the whole server, where it is confined to none. */
function inside({ scope }: Unit): Conditions {
  const tenantId = tenantOf(scope);
  return tenantId === undefined ? {} : { tenantId };
}

interface Counted extends Place, Record<string, unknown> {
  readonly nth: number;
  /** One more than the limit, if there are more. */
  readonly total: number;
}

function extentOf(rows: readonly Counted[], limit: number): Extent {
  const total = rows[0]?.total ?? 0;
  const first = rows.find(({ nth }) => nth === 1);
  const last = total > limit && rows.find(({ nth }) => nth === limit);
  return {
    count: Math.min(total, limit),
    ...(first && { first: placeOf(first) }),
    ...(last && { last: placeOf(last) }),
  };
}

type Condition = readonly [text: (...parameters: string[]) => string, ...values: unknown[]];

/** The conditions as SQL, each value bound. Beside a pair, its instant alone lets whole months be left out. */
function conditionsOf({ where, after, upTo }: Omit<Stretch, 'limit'>) {
  const conditions = [
    ...filters(where),
    ...(after ? standing('<', after) : []),
    ...(upTo ? standing('<=', upTo) : []),
  ];
  const values: unknown[] = [];
  const parts = conditions.map(([text, ...bound]) =>
    text(...bound.map((value) => `$${values.push(value)}`)),
  );
  return { text: `where ${['true', ...parts].join(' and ')}`, values };
}

function filters(where: Conditions): readonly Condition[] {
  const all: readonly Condition[] = [
    [(id) => `tenant_id = ${id}::uuid`, where.tenantId],
    [(from) => `at >= ${from}::timestamptz`, where.from],
    [(to) => `at < ${to}::timestamptz`, where.to],
    [(actions) => `action = any(${actions}::text[])`, where.actions],
    [(actor) => `actor_id = ${actor}`, where.actor],
    [(type) => `resource_type = ${type}`, where.resourceType],
    [(id) => `resource_id = ${id}`, where.resourceId],
    [(outcome) => `outcome = ${outcome}`, where.outcome],
    [(id) => `request_id = ${id}`, where.requestId],
    [(address) => `address = ${address}`, where.address],
    [(user) => `(actor_id = ${user} or resource_id = ${user})`, where.user],
  ];
  return all.filter(([, value]) => value !== undefined);
}

function standing(how: '<' | '<=', { at, id }: Place): readonly Condition[] {
  return [
    [(bound) => `at <= ${bound}::timestamptz`, at],
    [(bound, last) => `(at, id) ${how} (${bound}::timestamptz, ${last}::uuid)`, at, id],
  ];
}

interface NameRow extends Record<string, unknown> {
  readonly kind: keyof Names;
  readonly id: string;
  readonly name: string;
  readonly label: string | null;
}

/** An application that all tenants share is nobody's row, so it is looked up as the engine does. */
const NAMES = `
  select 'users' as kind, id::text, name, email as label from users where id = any($1::uuid[])
  union all
  select 'tenants', id::text, name, slug from tenants where id = any($2::uuid[])
  union all
  select 'clients', asked.id, found->>'name', null
    from unnest($3::text[]) as asked(id), lateral (select locate_client(asked.id)->'client') as l(found)
    where found is not null
      and ($4::uuid is null or found->>'tenant_id' is null or found->>'tenant_id' = $4::text)`;

function namesOf(rows: readonly NameRow[]): Names {
  const of = (kind: keyof Names) =>
    new Map(
      rows
        .filter((row) => row.kind === kind)
        .map(({ id, name, label }): [string, Name] => [
          id,
          { name, ...(label !== null && { label }) },
        ]),
    );
  return { users: of('users'), tenants: of('tenants'), clients: of('clients') };
}

function entryOf(row: Row): Entry {
  return {
    id: row.id,
    at: row.at,
    tenantId: row.tenant_id ?? undefined,
    actorKind: row.actor_kind,
    actorId: row.actor_id ?? undefined,
    actorTenantId: row.actor_tenant_id ?? undefined,
    action: row.action,
    outcome: row.outcome,
    resourceType: row.resource_type ?? undefined,
    resourceId: row.resource_id ?? undefined,
    address: row.address ?? undefined,
    userAgent: row.user_agent ?? undefined,
    requestId: row.request_id ?? undefined,
    details: row.details,
  };
}
