import { client } from '#src/infra/postgres/units.ts';
import type { ChainStore, LinkedEntry, Place, SealedEntry } from './chain.store.ts';
import type { Head, Link, Tombstone } from './chain.ts';
import { chainsOf, columns, inOrder, instant, next } from './rows.pg.ts';

type VerifyingStore = Pick<
  ChainStore,
  'chains' | 'links' | 'heads' | 'tombstones' | 'loose' | 'linkedUpTo'
>;

/** What a number can hold: whoever changes a position may choose any, and one beyond is none. */
const LEAST = -Number.MAX_SAFE_INTEGER;
const MOST = Number.MAX_SAFE_INTEGER;
const NIL = '00000000-0000-0000-0000-000000000000';

/** What verifying asks: it changes nothing. */
export function createVerifyingStore(): VerifyingStore {
  return {
    async chains(unit) {
      const tables = ['audit_links', 'audit_heads', 'audit_tombstones'];
      const asked = await client(unit).query<{ id: string }>(
        tables.map((table) => `(${chainsOf(table)})`).join(' union ') + ' order by 1',
      );
      return asked.rows.map(({ id }) => id);
    },

    async links(unit, tenantId, { after, limit }) {
      const asked = await client(unit).query<LinkRow>(LINKS, [tenantId, after ?? LEAST, limit]);
      return asked.rows.map(linkedEntry);
    },

    async heads(unit, tenantId, { after, to }) {
      const asked = await client(unit).query<Head>(
        `select tenant_id as "tenantId", position, hash, signed_at as "signedAt", signature
         from audit_heads where tenant_id = $1 and position > $2 and position <= $3
           and isfinite(signed_at) order by position, signed_at`,
        [tenantId, after ?? LEAST, to ?? MOST],
      );
      return asked.rows;
    },

    async tombstones(unit, tenantId) {
      const asked = await client(unit).query<Tombstone>(
        `select tenant_id as "tenantId", month::text, first, last, before, hash, signed_at as "signedAt", signature
         from audit_tombstones where tenant_id = $1 and first > 0 and last <= ${MOST} and isfinite(signed_at)
         order by first`,
        [tenantId],
      );
      return asked.rows;
    },

    async loose(unit, { after, limit }) {
      await inOrder(unit);
      const from = [after?.at ?? '-infinity', after?.id ?? NIL];
      const ends = await client(unit).query<Place>(LAST, [...from, limit]);
      const [next] = ends.rows;
      if (!next) return { entries: [], next };
      const asked = await client(unit).query<SealedEntry>(LOOSE, [...from, next.at, next.id]);
      return { entries: asked.rows, next };
    },

    async linkedUpTo(unit) {
      const asked = await client(unit).query<{ tx: number }>(
        'select up_to as tx from audit_linking',
      );
      return asked.rows[0]?.tx ?? 0;
    },
  };
}

/** A stretch of positions, from the next one there is; their entries looked up one by one. */
const LINKS = `
  select l.tenant_id as "linkTenant", l.position, ${instant('l.entry_at')} as "entryAt",
    l.entry_id as "entryId", l.mac as "linkMac", l.hash, ${columns('e')}
  from (
    select * from audit_links
    where tenant_id = $1 and position < $3 + ${next('$1', '$2')} and position >= ${next('$1', '$2')}
      and position <= ${MOST}) l
  left join lateral (
    select * from audit_entries where at = l.entry_at and id = l.entry_id offset 0) e on true
  order by l.position`;

const LAST = `
  select ${instant('at')} as at, id from (
    select at, id from audit_entries where (at, id) > ($1, $2) order by at, id limit $3) page
  order by page.at desc, page.id desc limit 1`;

const LOOSE = `
  select ${columns('e')} from audit_entries e
  where (e.at, e.id) > ($1, $2) and (e.at, e.id) <= ($3, $4) and not exists (
    select from audit_links l where l.entry_at = e.at and l.entry_id = e.id)`;

interface LinkRow extends SealedEntry, Pick<Link, 'position' | 'entryAt' | 'entryId' | 'hash'> {
  readonly linkTenant: string;
  readonly linkMac: Buffer;
}

function linkedEntry({ linkTenant, linkMac, ...row }: LinkRow): LinkedEntry {
  const { position, entryAt, entryId, hash } = row;
  // The join has none of the entry's columns where it is gone.
  const entry = (row.id as string | null) === null ? undefined : row;
  return { tenantId: linkTenant, position, entryAt, entryId, mac: linkMac, hash, entry };
}
