import { eq } from 'drizzle-orm';
import { resources } from '#src/infra/postgres/schema/resources.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { Resource, ResourceScope } from './resource.ts';
import type { ResourceStore } from './store.ts';

const COLUMNS = 'id, tenant_id, identifier, name, scopes, created_at, updated_at';

/** What the unit's own scope sees, and what all tenants share. */
const SEEN = `(
  select ${COLUMNS} from resources
  union
  select ${COLUMNS} from shared_resources()) seen`;

const FIND = `select * from ${SEEN} where id = $1`;

const LIST = `
  select * from ${SEEN}
  where $1::text is null or (identifier collate "C", id) > ($1, $2::uuid)
  order by identifier collate "C", id limit $3`;

const NAMED = `
  select * from ${SEEN}
  where identifier = any($1) and (tenant_id is null or tenant_id = $2)
  order by identifier, tenant_id nulls first`;

const TAKE = `select ${COLUMNS} from resources where id = $1 for update`;

const INSERT = `
  insert into resources (${COLUMNS})
  select $1, $2, $3, $4, $5::jsonb, $6, $7
  where not exists (select from shared_resources() shared where shared.identifier = $3)
  on conflict (tenant_id, identifier) do nothing
  returning 1`;

export function createResourceStore(): ResourceStore {
  return {
    async find(unit, id) {
      const found = await client(unit).query<ResourceRow>(FIND, [id]);
      return found.rows[0] && resourceOf(found.rows[0]);
    },

    async list(unit, { after, limit }) {
      const values = [after?.identifier ?? null, after?.id ?? null, limit];
      const found = await client(unit).query<ResourceRow>(LIST, values);
      return found.rows.map(resourceOf);
    },

    async named(unit, tenant, identifiers) {
      if (identifiers.length === 0) return [];
      const values = [identifiers, tenant ?? null];
      const found = await client(unit).query<ResourceRow>(NAMED, values);
      return found.rows.map(resourceOf);
    },

    async take(unit, id) {
      const found = await client(unit).query<ResourceRow>(TAKE, [id]);
      return found.rows[0] && resourceOf(found.rows[0]);
    },

    async insert(unit, { tenantId: tenant, ...resource }) {
      const { id, identifier, name, scopes, createdAt, updatedAt } = resource;
      const values = [id, tenant ?? null, identifier, name, JSON.stringify(scopes)];
      const made = await client(unit).query(INSERT, [...values, createdAt, updatedAt]);
      return made.rows.length === 1;
    },

    async update(unit, { id, name, scopes, updatedAt }) {
      await rows(unit)
        .update(resources)
        .set({ name, scopes: [...scopes], updatedAt })
        .where(eq(resources.id, id));
    },

    async remove(unit, id) {
      await rows(unit).delete(resources).where(eq(resources.id, id));
    },
  };
}

interface ResourceRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ResourceScope[];
  readonly created_at: Date;
  readonly updated_at: Date;
}

function resourceOf(row: ResourceRow): Resource {
  return {
    id: row.id,
    ...(row.tenant_id !== null && { tenantId: tenantId(row.tenant_id) }),
    identifier: row.identifier,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
