import { readFile } from 'node:fs/promises';
import type { Pool } from '#src/infra/postgres/pool.ts';

const JOURNAL = new URL('../../drizzle/meta/_journal.json', import.meta.url);

/** `missing`: nothing was ever migrated; `behind`: this version brings migrations that were not applied. */
export type SchemaState = 'current' | 'behind' | 'missing';

/**
 * How a database's schema stands to this version. A login that may not read which migrations were
 * applied, such as one of the application's role, is given the benefit of the doubt.
 */
export async function schemaStateOf(pool: Pool): Promise<SchemaState> {
  const { rows: records } = await pool.query<{ readable: boolean }>(RECORD);
  const [record] = records;
  if (record === undefined) return 'missing';
  if (!record.readable) return 'current';
  const { rows } = await pool.query<{ created_at: number }>(
    'select created_at from drizzle.__drizzle_migrations',
  );
  const applied = new Set(rows.map((row) => row.created_at));
  return (await stamps()).every((stamp) => applied.has(stamp)) ? 'current' : 'behind';
}

const RECORD = `
  select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as readable
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'drizzle' and c.relname = '__drizzle_migrations'`;

async function stamps(): Promise<readonly number[]> {
  const journal = JSON.parse(await readFile(JOURNAL, 'utf8')) as {
    readonly entries: readonly { readonly when: number }[];
  };
  return journal.entries.map((entry) => entry.when);
}
