import { Client, type QueryResult } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDatabase } from '#src/testing/database.ts';
import { aBench, type Bench } from './bench.ts';

/** Tables that belong to the server, and say why in the schema. */
const WITHOUT_TENANT = [
  'audit_linking',
  'ephemeral_entries',
  'ephemeral_indexes',
  'lockouts',
  'rate_windows',
  'server_secrets',
  'signing_keys',
];

/** Foreign keys between tenants' tables that carry no tenant, and why. */
const CROSSING = {
  client_secrets_client_id_fkey:
    'an application may be of no tenant: a second key holds those that are of one',
  consents_client_id_fkey: 'people allow applications that all tenants share, which are of none',
};

let bench: Bench;
let owner: Client;

beforeAll(async () => {
  bench = await aBench();
  const tenant = await bench.aTenant();
  const { id } = await bench.aUser(tenant);
  await bench.aGrant(tenant, id);
  owner = new Client({ connectionString: await aDatabase(), application_name: 'avian-test' });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await bench[Symbol.asyncDispose]();
});

/** Runs SQL as avian_app in a transaction that is undone, behind no unit. */
async function asApp(...statements: string[]): Promise<QueryResult> {
  await owner.query('begin');
  try {
    await owner.query('set local role avian_app');
    let last = await owner.query('select');
    for (const statement of statements) last = await owner.query(statement);
    return last;
  } finally {
    await owner.query('rollback');
  }
}

async function list(query: string): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(query);
  return rows.map(({ name }) => name);
}

const TABLES = `pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
const HAS_TENANT = `exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)`;

describe('every table', () => {
  test('has a tenant, or is on the short list of those that have none', async () => {
    const without = await list(
      `select c.relname as name from ${TABLES} and not ${HAS_TENANT} order by 1`,
    );
    expect(without).toEqual([...WITHOUT_TENANT, 'tenants']);
  });

  test('with a tenant is under forced row-level security, with a policy', async () => {
    const open = await list(
      `select c.relname as name from ${TABLES} and (${HAS_TENANT} or c.relname = 'tenants')
         and not (c.relrowsecurity and c.relforcerowsecurity
           and (c.relispartition or exists (select from pg_policy p where p.polrelid = c.oid)))`,
    );
    expect(open).toEqual([]);
  });

  test('has policies that judge what is read and what is written alike', async () => {
    const { rows } = await owner.query(
      `select distinct polcmd::text as command, polpermissive as permissive, polroles as roles,
         pg_get_expr(polqual, polrelid) = pg_get_expr(polwithcheck, polrelid) as alike
       from pg_policy`,
    );
    expect(rows).toEqual([{ command: '*', permissive: true, roles: [0], alike: true }]);
  });

  test('has policies that take a setting left empty for nobody’s, and never fail over it', async () => {
    const { rows } = await owner.query<{ table: string; judged: string; lets: string }>(
      `select tablename as table, qual as judged, with_check as lets from pg_policies order by 1`,
    );
    const tables = await list(
      `select c.relname as name from ${TABLES} and not c.relispartition
         and (${HAS_TENANT} or c.relname = 'tenants')`,
    );
    expect(rows.map(({ table }) => table).toSorted()).toEqual(tables.toSorted());
    const own = (column: string) =>
      `((${column} = (NULLIF(current_setting('avian.tenant'::text, true), ''::text))::uuid)` +
      ` OR (current_setting('avian.scope'::text, true) = 'system'::text))`;
    for (const { table, judged, lets } of rows) {
      const expected = own(table === 'tenants' ? 'id' : 'tenant_id');
      expect([judged, lets], table).toEqual([expected, expected]);
    }
  });

  test('that is a partition is out of reach but through its parent', async () => {
    const reachable = await list(
      `select c.relname as name from ${TABLES} and c.relispartition
         and has_table_privilege('avian_app', c.oid, 'select, insert, update, delete, truncate, references, trigger')`,
    );
    expect(reachable).toEqual([]);
  });

  test('with a tenant refers to others of its tenant only, by composite keys', async () => {
    const home = (table: string, key: string) =>
      `(select attnum from pg_attribute
        where attrelid = ${table}.oid and attname = case ${table}.relname when 'tenants' then 'id' else 'tenant_id' end)
       = any (k.${key})`;
    const crossing = await list(
      `select k.conname as name from pg_constraint k
         join pg_class c on c.oid = k.conrelid join pg_class f on f.oid = k.confrelid
       where k.contype = 'f' and k.conparentid = 0 and f.relrowsecurity
         and not coalesce(${home('c', 'conkey')} and ${home('f', 'confkey')}, false)
       order by 1`,
    );
    expect(crossing).toEqual(Object.keys(CROSSING));
  });

  test('goes with what its rows hang on, so that a tenant can be removed table by table', async () => {
    const holding = await list(
      `select k.conname as name from pg_constraint k join pg_class f on f.oid = k.confrelid
       where k.contype = 'f' and k.conparentid = 0 and f.relrowsecurity and f.relname <> 'tenants'
         and k.confdeltype not in ('c', 'n')`,
    );
    expect(holding).toEqual([]);
  });
});

describe('a view', () => {
  test('runs with the rights of who asks; none is materialised', async () => {
    const loose = await list(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace
         and (relkind = 'm' or relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false))`,
    );
    expect(loose).toEqual([]);
  });
});

describe('a function', () => {
  const FUNCTIONS = `pg_proc p where p.pronamespace = 'public'::regnamespace`;

  test('looks names up where it was told to, or had its names bound when it was made', async () => {
    const loose = await list(
      `select p.proname as name from ${FUNCTIONS} and p.prosqlbody is null
         and not coalesce(p.proconfig @> '{"search_path=pg_catalog, public, pg_temp"}', false)`,
    );
    expect(loose).toEqual([]);
  });

  test('is nobody’s to call but of those it was granted to', async () => {
    const open = await list(
      `select p.proname as name from ${FUNCTIONS}
         and (p.proacl is null or exists (select from aclexplode(p.proacl) where grantee = 0))`,
    );
    expect(open).toEqual([]);
  });

  test('of the owner’s rights is on a short list', async () => {
    const definers = await list(
      `select p.proname as name from ${FUNCTIONS} and p.prosecdef order by 1`,
    );
    expect(definers).toEqual([
      'audit_prepare',
      'audit_retire',
      'discard_unproven_user',
      'judge_session',
      'locate_client',
      'locate_grant',
      'locate_refresh_token',
      'locate_user',
      'remove_tenant',
      'remove_user',
      'shared_client',
      'shared_resources',
    ]);
  });
});

describe('the role avian_app', () => {
  test('is a plain role that no one logs in as by itself', async () => {
    const { rows } = await owner.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin
       from pg_roles where rolname = 'avian_app'`,
    );
    const no = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false };
    expect(rows).toEqual([{ ...no, rolreplication: false, rolcanlogin: false }]);
  });

  test('owns nothing, and belongs to no other role', async () => {
    const { rows } = await owner.query(
      `select (select count(*)::int from pg_class where relowner = r.oid) as relations,
         (select count(*)::int from pg_proc where proowner = r.oid) as functions,
         (select count(*)::int from pg_namespace where nspowner = r.oid) as schemas,
         (select count(*)::int from pg_auth_members where member = r.oid) as memberships
       from pg_roles r where rolname = 'avian_app'`,
    );
    expect(rows).toEqual([{ relations: 0, functions: 0, schemas: 0, memberships: 0 }]);
  });

  test('may do to each table what the product does, and nothing beyond', async () => {
    const { rows } = await owner.query<{ name: string; rights: string }>(
      `select c.relname as name, string_agg(distinct a.right, ', ' order by a.right) as rights
       from pg_class c,
         lateral (
           select lower(privilege_type) as right from aclexplode(c.relacl)
           where grantee = 'avian_app'::regrole
           union all
           select lower(x.privilege_type) || ' (' || string_agg(t.attname, ', ' order by t.attnum) || ')'
           from pg_attribute t, aclexplode(t.attacl) x
           where t.attrelid = c.oid and x.grantee = 'avian_app'::regrole group by x.privilege_type
         ) a
       where c.relnamespace = 'public'::regnamespace group by c.relname`,
    );
    expect(Object.fromEntries(rows.map(({ name, rights }) => [name, rights]))).toEqual({
      audit_entries: 'insert, select',
      audit_heads: 'insert, select',
      audit_linking: 'select, update (up_to)',
      audit_links: 'insert, select',
      audit_tombstones: 'insert, select',
      client_secrets: 'delete, insert, select, update (expires_at)',
      clients:
        'delete, insert, select, update (name, status, first_party, redirect_uris, post_logout_redirect_uris, backchannel_logout_uri, cors_origins, scopes, resources, require_pkce, require_par, dpop_bound, claims_at_userinfo, id_token_alg, jwks, updated_at)',
      consents: 'delete, insert, select, update (scopes, claims, resources, updated_at)',
      email_changes:
        'insert, select, update (confirmed_at, undo_digest, undo_expires_at, undone_at)',
      ephemeral_entries: 'delete, insert, select, update',
      ephemeral_indexes: 'delete, insert, select, update',
      grants: 'delete, insert, select, update (payload, expires_at)',
      idempotency_keys:
        'delete, insert, select, update (request_digest, state, answer_sealed, created_at, expires_at)',
      invitations: 'insert, select, update (role, token_digest, created_at, expires_at, spent_at)',
      known_devices: 'delete, insert, select, update (last_seen_at)',
      lockouts: 'delete, insert, select, update (failures, closed_until, touched_at)',
      outbox:
        'delete, insert, select, update (content_sealed, state, attempts, due_at, last_error, settled_at)',
      password_history: 'delete, insert, select',
      passwords: 'insert, select, update (hash, changed_at, imported, expires_at, warned_at)',
      rate_windows: 'delete, insert, select, update (passed, violations, closed_until, expires_at)',
      recoveries: 'insert, select, update (token_digest, created_at, expires_at, spent_at)',
      refresh_tokens: 'delete, insert, select, update (payload, expires_at, spent_at)',
      resources: 'delete, insert, select, update (name, scopes, updated_at)',
      server_secrets: 'insert, select',
      session_revocations: 'delete, insert, select',
      signing_keys: 'insert, select, update (state, changed_at)',
      tenants:
        'insert, select, update (name, status, updated_at, is_default, registration, registration_domains, password_rules, password_days, session_limit, session_watch, suspended_at, deletes_at)',
      unlocks: 'insert, select, update (token_digest, created_at, expires_at, spent_at)',
      users:
        'insert, select, update (email, name, role, status, email_verified_at, sessions_valid_from, updated_at)',
      verifications:
        'insert, select, update (email, token_digest, code_digest, code_attempts, client_id, created_at, expires_at, spent_at)',
      webhooks:
        'delete, insert, select, update (url, description, events, secret_sealed, previous_sealed, previous_until, state, position, failures, failing_since, due_at, last_error, last_delivered_at, updated_at)',
    });
  });

  test('sees no row of any tenant’s where no tenant is set', async () => {
    const scoped = await list(
      `select c.relname as name from ${TABLES} and c.relrowsecurity and not c.relispartition`,
    );
    expect(scoped).toContain('users');
    for (const table of scoped) {
      const { rows } = await asApp(`select count(*)::int as n from ${table}`);
      expect(rows, table).toEqual([{ n: 0 }]);
    }
  });

  test('sees none where the setting is left empty by an earlier transaction', async () => {
    await owner.query(
      `begin; select set_config('avian.tenant', gen_random_uuid()::text, true); commit`,
    );
    expect(
      (await owner.query(`select current_setting('avian.tenant', true) as left`)).rows,
    ).toEqual([{ left: '' }]);
    expect((await asApp('select from users')).rowCount).toBe(0);
  });

  test.each([
    ['make a table', 'create table mine (id int)'],
    ['make a function', `create function mine() returns int language sql as 'select 1'`],
    ['drop a table', 'drop table users'],
    ['lift row-level security', 'alter table users disable row level security'],
    ['drop a policy', 'drop policy own_tenant on users'],
    ['pass it by', 'alter role avian_app bypassrls'],
    ['empty a table', 'truncate grants'],
    ['delete a user', 'delete from users'],
    ['move a user to another tenant', 'update users set tenant_id = gen_random_uuid()'],
    ['rewrite a signing key', `update signing_keys set private_sealed = ''`],
    ['call what only others of its functions may', `select epoch_ms(now())`],
    ['read the record of migrations', 'select * from drizzle.__drizzle_migrations'],
  ])('cannot %s', async (_, statement) => {
    const refused = asApp(`select set_config('avian.scope', 'system', true)`, statement);
    await expect(refused).rejects.toMatchObject({ code: '42501' });
  });
});
