import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { aDatabase, anOwnDatabase, aRedis } from './database.ts';
import { inDatabase } from './maintenance.ts';

describe('aDatabase', () => {
  test('is one migrated copy for this file, however many ask at once', async () => {
    const urls = await Promise.all([aDatabase(), aDatabase(), aDatabase()]);
    expect(new Set(urls).size).toBe(1);
    expect(await tablesOf(urls[0] ?? '')).toContain('users');
  });
});

describe('anOwnDatabase', () => {
  test('is nobody else’s, and gone when disposed of', async () => {
    let url: string;
    {
      await using database = await anOwnDatabase();
      url = database.url;
      expect(url).not.toBe(await aDatabase());
      expect(await tablesOf(url)).toContain('users');
    }
    await expect(tablesOf(url)).rejects.toThrow('does not exist');
  });

  test('is without a table where an empty one is asked for', async () => {
    await using database = await anOwnDatabase('empty');
    expect(await tablesOf(database.url)).toEqual([]);
  });
});

describe('aRedis', () => {
  test('is a database of this worker on the run’s server', () => {
    const { host, pathname } = new URL(aRedis());
    expect(host).toBe(new URL(inject('redisUrl')).host);
    expect(pathname).toMatch(/^\/\d+$/);
  });
});

describe('inDatabase', () => {
  test.each([
    ['postgres://avian@db.example.com:5432/avian', 'postgres://avian@db.example.com:5432/x'],
    ['postgresql://a:b@db/avian?sslmode=require', 'postgresql://a:b@db/x?sslmode=require'],
    ['postgres://avian@/avian?host=/run/pg', 'postgres://avian@/x?host=/run/pg'],
    ['postgres://avian@db', 'postgres://avian@db/x'],
  ])('%s becomes %s', (url, other) => {
    expect(inDatabase(url, 'x')).toBe(other);
  });
});

async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query<{ tablename: string }>(
      "select tablename from pg_tables where schemaname = 'public'",
    );
    return rows.map(({ tablename }) => tablename);
  } finally {
    await client.end();
  }
}
