import { client } from '#src/infra/postgres/units.ts';
import type { ChainStore } from './chain.store.ts';
import { ORIGIN, type Run } from './chain.ts';
import { patiently } from './rows.pg.ts';

type RetentionStore = Pick<
  ChainStore,
  'monthsBefore' | 'clocks' | 'lastRetired' | 'runs' | 'bury' | 'retire'
>;

/** What retention asks. */
export function createRetentionStore(): RetentionStore {
  return {
    async monthsBefore(unit, instant) {
      const asked = await client(unit).query<{ month: string }>(
        `with recursive months (month) as (
           (select ${monthOf('at')} from audit_entries where at > '-infinity' order by at limit 1)
           union all
           select (select ${monthOf('e.at')} from audit_entries e
             where e.at >= (m.month + interval '1 month') at time zone 'UTC' order by e.at limit 1)
           from months m where m.month is not null)
         select month::date::text as month from months
         where (month + interval '1 month') at time zone 'UTC' <= $1 order by 1`,
        [instant],
      );
      return asked.rows.map(({ month }) => month);
    },

    async clocks(unit) {
      const asked = await client(unit).query<{ database: Date; newest: Date | null }>(
        `select clock_timestamp() as database,
           (select at from audit_entries where at < 'infinity' order by at desc limit 1) as newest`,
      );
      const { database, newest } = asked.rows[0] ?? {};
      if (!database) throw new TypeError('The database told no time');
      return { database, newest: newest ?? undefined };
    },

    async lastRetired(unit) {
      const asked = await client(unit).query<{ last: Date | null }>(
        'select max(signed_at) as last from audit_tombstones',
      );
      return asked.rows[0]?.last ?? undefined;
    },

    async runs(unit, month) {
      const asked = await (await patiently(unit)).query<Run>(RUNS, [month, ORIGIN]);
      return asked.rows;
    },

    async bury(unit, tombstones) {
      for (const tombstone of tombstones) {
        const { tenantId, month, first, last, before, hash, signedAt, signature } = tombstone;
        await client(unit).query(
          `insert into audit_tombstones (tenant_id, month, first, last, before, hash, signed_at, signature)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [tenantId, month, first, last, before, hash, signedAt, signature],
        );
      }
    },

    async retire(unit, month) {
      const { query } = await patiently(unit);
      const asked = await query<{ retired: number }>('select audit_retire($1) as retired', [month]);
      return asked.rows[0]?.retired ?? 0;
    },
  };
}

const monthOf = (at: string) => `date_trunc('month', ${at} at time zone 'UTC')`;

/** Positions without a gap between them have one difference from their row's number. */
const RUNS = `
  with numbered as (
    select tenant_id, position, hash,
      position - row_number() over (partition by tenant_id order by position) as island
    from audit_links
    where entry_at >= $1::date::timestamp at time zone 'UTC'
      and entry_at < ($1::date + interval '1 month') at time zone 'UTC'),
  ends as (
    select tenant_id, min(position) as first, max(position) as last
    from numbered group by tenant_id, island)
  select e.tenant_id as "tenantId", $1::date::text as month, e.first, e.last, n.hash,
    coalesce(
      (select l.hash from audit_links l where l.tenant_id = e.tenant_id and l.position = e.first - 1),
      (select b.hash from audit_tombstones b where b.tenant_id = e.tenant_id and b.last = e.first - 1),
      $2::bytea) as before
  from ends e join numbered n on n.tenant_id = e.tenant_id and n.position = e.last
  order by 1, 2`;
