import { client } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { EventFeed } from './feed.ts';
import type { AuditStore } from './store.ts';

const END = `
  select coalesce(
    (select position from audit_links where tenant_id = $1 order by position desc limit 1),
    (select max(last) from audit_tombstones where tenant_id = $1),
    0) as position`;

const BEFORE = `
  select min(position) - 1 as position from audit_links where tenant_id = $1 and entry_at >= $2`;

const WAITING = `
  select exists (
    select from audit_links l where l.tenant_id = p.chain and l.position > p.position) as waits
  from unnest($1::uuid[], $2::bigint[]) with ordinality as p (chain, position, number)
  order by p.number`;

export function createEventFeed(store: Pick<AuditStore, 'after'>): EventFeed {
  return {
    after: (unit, chain, position, limit) => store.after(unit, tenantId(chain), position, limit),

    async end(unit, chain) {
      const asked = await client(unit).query<{ position: number }>(END, [chain]);
      return asked.rows[0]?.position ?? 0;
    },

    async before(unit, chain, instant) {
      const asked = await client(unit).query<{ position: number | null }>(BEFORE, [chain, instant]);
      return asked.rows[0]?.position ?? undefined;
    },

    async waiting(unit, places) {
      const asked = await client(unit).query<{ waits: boolean }>(WAITING, [
        places.map(({ chain }) => chain),
        places.map(({ position }) => position),
      ]);
      return asked.rows.map(({ waits }) => waits);
    },
  };
}
