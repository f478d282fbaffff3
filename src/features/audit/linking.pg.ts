import { client } from '#src/infra/postgres/units.ts';
import type { ChainStore, Reach, SealedEntry } from './chain.store.ts';
import type { Tail } from './chain.ts';
import { columns, inOrder, patiently, TAIL } from './rows.pg.ts';

type LinkingStore = Pick<
  ChainStore,
  'hasUnlinked' | 'takeOn' | 'arrived' | 'leftOver' | 'tails' | 'link' | 'cameTo'
>;

/** What linking asks. */
export function createLinkingStore(): LinkingStore {
  return {
    async hasUnlinked(unit) {
      const asked = await client(unit).query<{ some: boolean }>(
        `select ${UNSURE} or exists (
           select from audit_entries e where e.tx >= m.up_to and e.tx < ${OLDEST}) as some
         from audit_linking m`,
      );
      return asked.rows[0]?.some ?? false;
    },

    // The row is both the mark and the lock.
    async takeOn(unit) {
      const asked = await client(unit).query<Reach>(
        `select up_to as "from", ${OLDEST} as "to", ${UNSURE} as unsure
         from audit_linking for update skip locked`,
      );
      return asked.rows[0];
    },

    async arrived(unit, { from, to }, limit) {
      await inOrder(unit);
      const asked = await client(unit).query<SealedEntry>(
        `select ${columns('e')} from audit_entries e
         where e.tx >= $1 and e.tx < $2 order by e.tx, e.id limit $3`,
        [from, to, limit],
      );
      return asked.rows;
    },

    async leftOver(unit, { to }, limit) {
      const { query } = await patiently(unit);
      return (await query<SealedEntry>(LEFT_OVER, [to, limit])).rows;
    },

    async tails(unit, tenantIds) {
      const asked = await client(unit).query<Tail>(
        `select c.id as "tenantId", t.position, t.hash from unnest($1::uuid[]) as c (id), ${TAIL}`,
        [tenantIds],
      );
      return asked.rows;
    },

    async link(unit, links) {
      const of = <Value>(read: (link: (typeof links)[number]) => Value) => links.map(read);
      await client(unit).query(
        `insert into audit_links (tenant_id, position, entry_at, entry_id, mac, hash)
         select * from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::uuid[], $5::bytea[], $6::bytea[])`,
        [
          of(({ tenantId }) => tenantId),
          of(({ position }) => position),
          of(({ entryAt }) => entryAt),
          of(({ entryId }) => entryId),
          of(({ mac }) => mac),
          of(({ hash }) => hash),
        ],
      );
    },

    async cameTo(unit, tx) {
      await client(unit).query('update audit_linking set up_to = $1', [tx]);
    },
  };
}

/** Of transactions before it, every entry there will ever be is to be seen. */
const OLDEST = 'pg_snapshot_xmin(pg_current_snapshot())::text::bigint';

/** There is none yet from here on. */
const NEXT = 'pg_snapshot_xmax(pg_current_snapshot())::text::bigint';

/** The mark says nothing: there is none, though there are links; or it is of another server's transactions. */
const UNSURE = `(
  up_to > ${NEXT}
  or up_to = 0 and exists (select from audit_links))`;

const LEFT_OVER = `select ${columns('e')} from audit_entries e
  where (e.tx < $1 or e.tx >= ${NEXT}) and not exists (
    select from audit_links l where l.entry_at = e.at and l.entry_id = e.id)
  order by e.tx, e.id limit $2`;
