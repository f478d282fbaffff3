import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import { maintain } from '#src/testing/maintenance.ts';
import {
  aBench,
  aLedger,
  anOwnedDatabase,
  type Bench,
  inTenant,
  mark,
  NOON,
  SYSTEM,
} from './bench.ts';
import { migrate } from './migrate.ts';
import { client } from './units.ts';

/** FORCE holds a plain owner to the policies, a superuser never: functions of either's must answer. */
const OWNERS = {
  'a superuser': () => anOwnDatabase(),
  'a plain login': async () => {
    const database = await anOwnedDatabase();
    await maintain(inject('postgresUrl'), (admin) =>
      admin.query(`grant avian_app to ${database.owner}`),
    );
    await migrate({ url: database.url, logger: aLedger() });
    return database;
  },
};

const AT = NOON.getTime();

describe.each(Object.entries(OWNERS))('a look-up of %s', (_, open) => {
  let database: Awaited<ReturnType<typeof open>>;
  let bench: Bench;
  let tenant: TenantId;
  let stranger: TenantId;
  let user: { id: UserId; email: string };

  beforeAll(async () => {
    database = await open();
    bench = await aBench({ url: database.url });
    tenant = await bench.aTenant();
    stranger = await bench.aTenant();
    user = await bench.aUser(tenant);
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  /** Asks as somebody of another tenant, who sees nothing of this one by himself. */
  function ask(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
    return bench.units.once(
      inTenant(stranger),
      async (unit) => (await client(unit).query(text, values)).rows,
    );
  }

  async function put(text: string, ...values: unknown[]): Promise<void> {
    await bench.units.run(SYSTEM, (unit) => client(unit).query(text, values));
  }

  async function aClient(home: TenantId | null): Promise<string> {
    const id = `app-${mark()}`;
    await put(
      `insert into clients (id, tenant_id, kind, name, redirect_uris, post_logout_redirect_uris, cors_origins,
         scopes, resources, created_at, updated_at)
       values ($1, $2, 'web', 'App', '{https://app.example/cb}', '{}', '{}', '{openid}', '{}', $3, $3)`,
      id,
      home,
      NOON,
    );
    return id;
  }

  const facts = () => ({
    id: user.id,
    tenant_id: tenant,
    email: user.email,
    name: 'Ada',
    role: 'user',
    status: 'active',
    email_verified_at: null,
    tenant_slug: expect.stringMatching(/^flock-/),
    tenant_status: 'active',
  });

  test('finds whose address it is, and no more than that', async () => {
    expect(await ask('select * from locate_user($1)', user.email)).toEqual([
      { id: user.id, tenant_id: tenant },
    ]);
    expect(await ask('select * from locate_user($1)', 'nobody@example.com')).toEqual([]);
  });

  test.each(['a tenant’s', 'a shared'])(
    'finds %s client with its secrets, the newest first',
    async (kind) => {
      const home = kind === 'a shared' ? null : tenant;
      const id = await aClient(home);
      for (const [digest, at, end] of [
        ['old', NOON, new Date(AT + 5)],
        ['new', new Date(AT + 1), null],
      ]) {
        await put(
          `insert into client_secrets (id, tenant_id, client_id, secret_digest, created_at, expires_at)
         values (gen_random_uuid(), $1, $2, $3, $4, $5)`,
          home,
          id,
          digest,
          at,
          end,
        );
      }
      const [row] = await ask('select locate_client($1) as found', id);
      expect(row?.['found']).toEqual({
        client: expect.objectContaining({
          id,
          tenant_id: home,
          redirect_uris: ['https://app.example/cb'],
          jwks: null,
          require_pkce: true,
          created_at: AT,
          updated_at: AT,
        }),
        suspended: false,
        secrets: [
          { digest: 'new', expires_at: null },
          { digest: 'old', expires_at: AT + 5 },
        ],
        registered: [],
      });
    },
  );

  test('finds a client without secrets, and none where there is none', async () => {
    const id = await aClient(tenant);
    expect(await ask('select locate_client($1) as found', id)).toMatchObject([
      { found: { secrets: [] } },
    ]);
    expect(await ask('select locate_client($1) as found', 'nobody')).toEqual([{ found: null }]);
  });

  test('judges a session by its revocation and its user', async () => {
    const judge = (uid: string) => ask('select * from judge_session($1, $2)', uid, user.id);
    const [row] = await judge('alive');
    expect(row).toEqual({
      ...facts(),
      revoked: false,
      sessions_valid_from: NOON,
      updated_at: NOON,
      session_watch: ['browser-changed', 'refresh-token-reused', 'two-places'],
    });
    await put(
      `insert into session_revocations (uid_digest, tenant_id, user_id, reason, revoked_at, expires_at)
       values ('ended', $1, $2, 'sign-out', $3, $3)`,
      tenant,
      user.id,
      NOON,
    );
    expect(await judge('ended')).toMatchObject([{ revoked: true, id: user.id }]);
    expect(await ask('select * from judge_session($1, $2)', 'alive', tenant)).toEqual([]);
  });

  test('finds a grant, and a refresh token with all that judges it', async () => {
    const digest = await bench.aGrant(tenant, user.id);
    const ids = { id_digest: digest, tenant_id: tenant, user_id: user.id, client_id: 'app' };
    const grant = { ...ids, payload: { of: 'grant' } };
    expect(await ask('select * from locate_grant($1)', digest)).toEqual([
      { ...grant, created_at: NOON, expires_at: NOON },
    ]);
    const [row] = await ask('select locate_refresh_token($1) as found', digest);
    expect(row?.['found']).toEqual({
      token: {
        ...ids,
        grant_digest: digest,
        payload: { of: 'token' },
        expires_at: AT,
        spent_at: null,
      },
      grant: { payload: grant.payload },
      user: { ...facts(), sessions_valid_from: AT, updated_at: AT },
    });
    expect(await ask('select * from locate_grant($1)', 'none')).toEqual([]);
    expect(await ask('select locate_refresh_token($1) as found', 'none')).toEqual([
      { found: null },
    ]);
  });

  test('removes an account of the unit’s own tenant with all that hangs on it, and no other', async () => {
    const { id } = await bench.aUser(tenant);
    const digest = await bench.aGrant(tenant, id);
    const remove = 'select remove_user($1) as removed';
    expect(await ask(remove, id)).toEqual([{ removed: false }]);
    expect(await ask('select * from locate_grant($1)', digest)).toHaveLength(1);
    const own = await bench.units.once(inTenant(tenant), (unit) =>
      client(unit).query(remove, [id]),
    );
    expect(own.rows).toEqual([{ removed: true }]);
    expect(await ask('select * from locate_grant($1)', digest)).toEqual([]);
  });

  test('leaves the scope as it was for the statements that follow', async () => {
    const seen = async (unit: Unit) => {
      for (const call of [
        `locate_user('x')`,
        `locate_client('x')`,
        `shared_resources()`,
        `shared_client('x')`,
        `judge_session('x', gen_random_uuid())`,
        `locate_grant('x')`,
        `locate_refresh_token('x')`,
        `audit_prepare('2030-01-01', 0)`,
      ]) {
        await client(unit).query(`select * from ${call}`);
        const { rows } = await client(unit).query(
          `select current_setting('avian.scope') as scope, (select count(*) from users) as users`,
        );
        expect(rows, call).toEqual([{ scope: 'tenant', users: 0 }]);
      }
    };
    await bench.units.run(inTenant(stranger), seen);
  });

  test('leaves the scope as it was when it fails', async () => {
    const work = async (unit: Unit) => {
      await client(unit).query('savepoint before');
      const fails = client(unit).query(`select audit_prepare('infinity', 1)`);
      await expect(fails).rejects.toThrow();
      await client(unit).query('rollback to savepoint before');
      const { rows } = await client(unit).query(`select current_setting('avian.scope') as scope`);
      expect(rows).toEqual([{ scope: 'tenant' }]);
    };
    await bench.units.run(inTenant(stranger), work);
  });
});

describe('the plain owner of the tables', () => {
  test('is under the policies itself, and sees nothing unless it says for whom', async () => {
    await using database = await OWNERS['a plain login']();
    await using bench = await aBench({ url: database.url });
    await bench.aUser(await bench.aTenant());
    const owner = new Client({ connectionString: database.url, application_name: 'avian-test' });
    await owner.connect();
    try {
      expect(
        (await owner.query('select current_user as who, count(*)::int as users from users')).rows,
      ).toEqual([{ who: database.owner, users: 0 }]);
    } finally {
      await owner.end();
    }
  });
});
