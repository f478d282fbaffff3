import type { QueryResult, QueryResultRow } from 'pg';
import { client } from '#src/infra/postgres/units.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** An instant as the seals and links name it, to the microsecond; one that no clock shows, in whatever form. */
export const instant = (column: string) =>
  `case when ${column} between '0001-01-01Z' and '9999-12-31Z'
     then to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') else ${column}::text end`;

/** The columns of a sealed entry, in its own names. */
export const columns = (e: string) =>
  `${e}.id, ${instant(`${e}.at`)} as at, ${e}.tenant_id as "tenantId", ${e}.actor_kind as "actorKind",
   ${e}.actor_id as "actorId", ${e}.actor_tenant_id as "actorTenantId", ${e}.action, ${e}.outcome,
   ${e}.resource_type as "resourceType", ${e}.resource_id as "resourceId", ${e}.address,
   ${e}.user_agent as "userAgent", ${e}.request_id as "requestId", ${e}.details, ${e}.mac, ${e}.tx`;

/** Every chain that a table has rows of, each found by one step in an index. */
export function chainsOf(table: string): string {
  return `with recursive found (id) as (
      (select tenant_id from ${table} order by tenant_id limit 1)
      union all
      select (select x.tenant_id from ${table} x where x.tenant_id > f.id order by x.tenant_id limit 1)
      from found f where f.id is not null)
    select id from found where id is not null`;
}

/** A chain's end: its last link, or what stands for it where its month was retired. */
export const TAIL = `lateral (
  (select l.position, l.hash from audit_links l where l.tenant_id = c.id order by l.position desc limit 1)
  union all
  (select b.last, b.hash from audit_tombstones b where b.tenant_id = c.id order by b.first desc limit 1)
  order by 1 desc limit 1) t`;

/** The next position of a chain that has a link. */
export const next = (chain: string, after: string) =>
  `(select min(position) from audit_links where tenant_id = ${chain} and position > ${after})`;

/**
 * From now on in this unit, rows are read in an index's order. What a policy lets through is guessed to be
 * little, and so a page would be sorted out of all there are.
 */
export async function inOrder(unit: Unit): Promise<void> {
  await client(unit).query(IN_ORDER);
}

const IN_ORDER = `select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
  set_config('enable_bitmapscan', 'off', true)`;

/** How long a statement over a whole month may take. */
const LONG_MS = 600_000;

interface Patient {
  query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<QueryResult<Row>>;
}

/** For what goes through a whole month: a statement in this unit may take its time from now on. */
export async function patiently(unit: Unit): Promise<Patient> {
  const { query } = client(unit);
  await query(`select set_config('statement_timeout', $1, true)`, [String(LONG_MS)]);
  return {
    query: <Row extends QueryResultRow>(text: string, values: unknown[]) => {
      const statement = { text, values, query_timeout: LONG_MS };
      return query<Row>(statement);
    },
  };
}
