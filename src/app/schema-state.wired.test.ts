import { describe, expect, it } from 'vitest';
import { createPool } from '#src/infra/postgres/pool.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import { createWarnings } from './commands/terminal.ts';
import { schemaStateOf } from './schema-state.ts';

async function stateAfter(from: 'template' | 'empty', ...statements: readonly string[]) {
  await using database = await anOwnDatabase(from);
  // One connection, so that a role that is set stays.
  const pool = createPool({ url: database.url, poolSize: 1 }, createWarnings().logger);
  try {
    for (const statement of statements) await pool.query(statement);
    return await schemaStateOf(pool);
  } finally {
    await pool.end();
  }
}

describe('the state of a schema', () => {
  it('is missing where nothing was migrated', async () => {
    expect(await stateAfter('empty')).toBe('missing');
  });

  it('is current where every migration was applied', async () => {
    expect(await stateAfter('template')).toBe('current');
  });

  it('is behind where one of them was not', async () => {
    const forget = `delete from drizzle.__drizzle_migrations
      where created_at = (select max(created_at) from drizzle.__drizzle_migrations)`;
    expect(await stateAfter('template', forget)).toBe('behind');
  });

  it('is taken for current by a login that may not see', async () => {
    expect(await stateAfter('template', 'set role avian_app')).toBe('current');
  });
});
