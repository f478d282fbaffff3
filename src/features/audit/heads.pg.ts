import { client } from '#src/infra/postgres/units.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { ChainStore } from './chain.store.ts';
import type { Head, Tail } from './chain.ts';
import { chainsOf, TAIL } from './rows.pg.ts';

type HeadStore = Pick<ChainStore, 'lock' | 'unsigned' | 'addHeads' | 'newestHeads'>;

/** What signing asks. */
export function createHeadStore(): HeadStore {
  return {
    async lock(unit, what) {
      await client(unit).query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `avian.audit-${what}`,
      ]);
    },

    async unsigned(unit, since) {
      const asked = await client(unit).query<Tail>(
        `select c.id as "tenantId", t.position, t.hash from (${chainsOf('audit_links')}) as c (id), ${TAIL}
         left join lateral (
           select h.position, h.signed_at from audit_heads h where h.tenant_id = c.id
           order by h.position desc limit 1) h on true
         where h.position is null or h.position < t.position and h.signed_at <= $1`,
        [since],
      );
      return asked.rows;
    },

    async addHeads(unit, heads) {
      for (const head of heads) await addHead(unit, head);
    },

    async newestHeads(unit, since) {
      const asked = await client(unit).query<Head>(
        `select distinct on (tenant_id) tenant_id as "tenantId", position, hash, signed_at as "signedAt", signature
         from audit_heads where signed_at > $1 order by tenant_id, position desc`,
        [since],
      );
      return asked.rows;
    },
  };
}

async function addHead(unit: Unit, { tenantId, position, hash, signedAt, signature }: Head) {
  await client(unit).query(
    `insert into audit_heads (tenant_id, position, hash, signed_at, signature)
     values ($1, $2, $3, $4, $5)`,
    [tenantId, position, hash, signedAt, signature],
  );
}
