import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import { inDatabase, maintain } from '#src/testing/maintenance.ts';
import { aBench, aLedger, anOwnedDatabase, SYSTEM } from './bench.ts';
import { launch } from './embedded.ts';
import { migrate } from './migrate.ts';
import { client } from './units.ts';

const logger = aLedger();

async function applied(url: string): Promise<number | undefined> {
  return maintain(url, async (server) => {
    const { rowCount } = await server.query('select from drizzle.__drizzle_migrations');
    return rowCount ?? undefined;
  });
}

describe('migrate', () => {
  test('applies what is missing, by name and in order, and then finds nothing to do', async () => {
    await using database = await anOwnDatabase('empty');
    const names = await migrate({ url: database.url, logger });
    expect(names.length).toBeGreaterThan(1);
    expect(names).toEqual(names.toSorted());
    expect(names[0]).toMatch(/^\d{14}_tables$/);
    expect(await migrate({ url: database.url, logger })).toEqual([]);
  });

  test('lets one of several nodes work while the others wait', async () => {
    await using database = await anOwnDatabase('empty');
    const nodes = Array.from({ length: 4 }, () => migrate({ url: database.url, logger }));
    const results = await Promise.all(nodes);
    const worked = results.filter((names) => names.length > 0);
    expect(worked).toHaveLength(1);
    expect(await applied(database.url)).toBe(worked[0]?.length);
  });

  test('applies all or nothing', async () => {
    await using database = await anOwnDatabase('empty');
    // In the way of one of the later migrations.
    await maintain(database.url, (server) =>
      server.query(
        `create function locate_user(email text) returns int language sql as 'select 1'`,
      ),
    );
    await expect(migrate({ url: database.url, logger })).rejects.toThrow('already exists');
    await maintain(database.url, async (server) => {
      const { rows } = await server.query(
        `select to_regclass('users') as users, to_regnamespace('drizzle') as record`,
      );
      expect(rows).toEqual([{ users: null, record: null }]);
      await server.query('drop function locate_user');
    });
    expect((await migrate({ url: database.url, logger })).length).toBeGreaterThan(1);
  });

  test('applies one that was merged later than its stamp says', async () => {
    await using database = await anOwnDatabase('empty');
    const names = await migrate({ url: database.url, logger });
    await maintain(database.url, async (server) => {
      await server.query(
        `delete from drizzle.__drizzle_migrations where id = (select min(id) + 3 from drizzle.__drizzle_migrations)`,
      );
      await server.query(`drop policy own_tenant on users`);
    });
    await expect(migrate({ url: database.url, logger })).rejects.toThrow(
      /policy "own_tenant" .* already exists/,
    );
    expect(names[3]).toMatch(/row_level_security$/);
  });

  test('tells when the database is away', async () => {
    const url = 'postgres://avian@/avian?host=/nowhere/at/all';
    await expect(migrate({ url, logger })).rejects.toThrow(Unavailable);
  });
});

/** A server on which the role avian_app was never made. */
async function aFreshServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'avian-roles-'));
  const server = await launch({ dir: join(dir, 'pg'), logger });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(dir, { recursive: true });
    },
  };
}

describe('the role avian_app', () => {
  test('is made by a login that may make roles, and serves it', async () => {
    await using server = await aFreshServer();
    await maintain(server.url, async (admin) => {
      await admin.query('create role steward login createrole');
      await admin.query('create database stewarded owner steward');
    });
    const url = inDatabase(server.url, 'stewarded').replace('avian@', 'steward@');
    const quiet = aLedger();
    await migrate({ url, logger: quiet });
    expect(quiet.lines).toEqual(['Migrated']);

    await using bench = await aBench({ url });
    const tenant = await bench.aTenant();
    await bench.aUser(tenant);
    const who = await bench.units.run(SYSTEM, (unit) =>
      client(unit).query(
        'select current_user as who, session_user as login, count(*) as users from users',
      ),
    );
    expect(who.rows).toEqual([{ who: 'avian_app', login: 'steward', users: 1 }]);
  });

  test('may be there already, and then needs nobody who may make roles', async () => {
    await using database = await anOwnedDatabase();
    await maintain(inject('postgresUrl'), (admin) =>
      admin.query(`grant avian_app to ${database.owner}`),
    );
    const quiet = aLedger();
    await migrate({ url: database.url, logger: quiet });
    expect(quiet.lines).toEqual(['Migrated']);
  });

  test('is not for a login that only migrates to take on, which is said', async () => {
    await using database = await anOwnedDatabase();
    const told = aLedger();
    await migrate({ url: database.url, logger: told });
    expect(told.lines).toEqual([
      expect.stringContaining('cannot take on the role avian_app'),
      'Migrated',
    ]);

    await using bench = await aBench({ url: database.url });
    const fault = await bench.units
      .run(SYSTEM, (unit) => client(unit).query('select 1'))
      .catch((e: unknown) => e);
    expect(fault).toBeInstanceOf(Unavailable);
    expect(String(fault)).toContain('avian_app');
  });

  test('serves as a login of its own, where another one owns', async () => {
    await using database = await anOwnedDatabase();
    const server = inject('postgresUrl');
    const serving = `${database.owner}_app`;
    await maintain(server, (admin) =>
      admin.query(`create role ${serving} login password '${serving}' in role avian_app`),
    );
    try {
      await migrate({ url: database.url, logger: aLedger() });
      const url = database.url.replace(/\/\/[^@]*@/, `//${serving}:${serving}@`);
      await using bench = await aBench({ url });
      await bench.aUser(await bench.aTenant());
      const login = new Client({ connectionString: url, application_name: 'avian-test' });
      await login.connect();
      expect((await login.query('select from users')).rowCount).toBe(0);
      await login.end();
    } finally {
      await maintain(server, (admin) => admin.query(`drop role ${serving}`));
    }
  });
});
