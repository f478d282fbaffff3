import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import walls, { rooms, testCode } from '../../.dependency-cruiser.mjs';
import { breachesOf, type Import, survey } from './walls.ts';

/** At least one forbidden import for every wall. */
const FORBIDDEN: Readonly<Record<string, readonly Import[]>> = {
  'no-circles': [
    ['src/http/a.ts', 'src/http/b.ts'],
    ['src/http/b.ts', 'src/http/a.ts'],
  ],
  'kernel-knows-nothing': [
    ['src/kernel/ids.ts', 'src/infra/crypto/ids.ts'],
    ['src/kernel/text.ts', 'zod'],
  ],
  'infra-knows-kernel': [
    ['src/infra/log/pino.ts', 'src/http/page.ts'],
    ['src/infra/postgres/units.ts', 'src/features/users/index.ts'],
  ],
  'http-knows-kernel': [
    ['src/http/page.ts', 'src/infra/log/pino.ts'],
    ['src/http/body.ts', 'src/features/users/index.ts'],
  ],
  'enter-by-the-door': [['src/features/users/service.ts', 'src/features/audit/store.pg.ts']],
  'own-table-only': [['src/features/users/store.pg.ts', 'src/infra/postgres/schema/audit.ts']],
  'oidc-tables-only': [['src/oidc/store.ts', 'src/infra/postgres/schema/users.ts']],
  'infra-through-adapters': [
    ['src/features/users/service.ts', 'src/infra/postgres/units.ts'],
    ['src/features/users/user.ts', 'drizzle-orm'],
    ['src/features/passwords/service.ts', 'argon2'],
  ],
  'http-through-pages': [
    ['src/features/sign-in/service.ts', 'src/http/page.ts'],
    ['src/features/sign-in/steps.ts', '@koa/router'],
    ['src/features/users/service.ts', 'koa'],
  ],
  'rooms-below-oidc': [
    ['src/features/sign-in/pages.ts', 'src/oidc/interactions.ts'],
    ['src/features/sign-in/index.ts', 'oidc-provider'],
    ['src/http/headers.ts', 'src/app/compose.ts'],
  ],
  'provider-in-oidc-only': [['src/app/compose.ts', 'oidc-provider']],
  'oidc-by-the-door': [['src/oidc/account.ts', 'src/features/users/user.ts']],
  'oidc-below-app': [['src/oidc/provider.ts', 'src/app/config/config.ts']],
  'records-lean-on-records': [['src/features/users/index.ts', 'src/features/passwords/index.ts']],
  'rules-lean-on-records': [['src/features/sessions/index.ts', 'src/features/sign-in/index.ts']],
  'no-test-code-in-the-product': [
    ['src/app/main.ts', 'src/testing/clock.ts'],
    ['src/infra/ephemeral/redis.ts', 'src/infra/ephemeral/contract.ts'],
  ],
  'demos-stand-alone': [['docs/connect/app.ts', 'src/kernel/text.ts']],
};

/** One allowed import of each kind, so that no wall stands where a door should be. */
const ALLOWED: readonly Import[] = [
  ['src/infra/log/pino.ts', 'src/kernel/ports.ts'],
  ['src/infra/postgres/units.ts', 'drizzle-orm'],
  ['src/http/page.ts', 'koa'],
  ['src/features/users/store.pg.ts', 'src/infra/postgres/schema/users.ts'],
  ['src/features/users/store.pg.ts', 'drizzle-orm'],
  ['src/features/passwords/hasher.argon2.ts', 'argon2'],
  ['src/features/sessions/store.redis.ts', 'src/infra/redis/client.ts'],
  ['src/features/sign-in/pages.ts', 'src/http/page.ts'],
  ['src/features/sign-in/service.ts', 'src/features/passwords/index.ts'],
  ['src/features/passwords/service.ts', 'src/features/users/index.ts'],
  ['src/features/users/service.wired.test.ts', 'src/testing/database.ts'],
  ['src/oidc/account.ts', 'src/features/users/index.ts'],
  ['src/oidc/provider.ts', 'oidc-provider'],
  ['src/oidc/store.ts', 'src/infra/postgres/schema/oidc.ts'],
  ['src/app/compose.ts', 'src/features/users/store.pg.ts'],
  ['src/app/compose.ts', 'src/oidc/provider.ts'],
];

describe('the walls', () => {
  test('see every file and every import: a cruise of nothing would be green', async () => {
    const { modules, summary } = await survey('.', ['src', 'docs/connect']);
    const unseen = modules.flatMap(({ source, dependencies }) =>
      dependencies
        .filter(({ couldNotResolve }) => couldNotResolve)
        .map(({ module }) => `${source} → ${module}`),
    );
    expect(unseen).toEqual([]);
    const seen = modules.map(({ source }) => source).filter((source) => source.startsWith('src/'));
    expect(seen.sort()).toEqual(globSync('src/**/*.{ts,mjs,js}').sort());
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual(
      [],
    );
  });

  test('each have a planted breach here', () => {
    expect(Object.keys(FORBIDDEN)).toEqual(walls.forbidden.map(({ name }) => name));
  });

  test('each stop their planted breaches, type-only imports included', async () => {
    const { 'no-circles': circle = [], ...others } = FORBIDDEN;
    const planted = Object.entries(others).flatMap(([name, imports]) =>
      imports.map(([from, to]) => `${name}: ${from} → ${fileOf(to)}`),
    );
    const breaches = await breachesOf([...circle, ...Object.values(others).flat()]);
    expect(planted.filter((breach) => !breaches.includes(breach))).toEqual([]);
    expect(breaches).toContainEqual(expect.stringMatching(/^no-circles: src\/http\/[ab]\.ts/));
  });

  test('let through what the import table allows', async () => {
    expect(await breachesOf(ALLOWED)).toEqual([]);
  });

  test('name every room on one shelf', () => {
    const named = Object.values(rooms).flat();
    expect(named.toSorted()).toEqual(readdirSync('src/features').toSorted());
  });
});

/**
 * Where a Scope is made, and on what grounds: whoever makes one has just learnt who asks, asks what
 * comes before a tenant is known, or works for the server itself.
 */
const SCOPE_MAKERS: Readonly<Record<string, string>> = {
  'src/app/ephemeral.ts': 'what may be lost belongs to no tenant',
  'src/app/server-secrets.ts': 'the server’s own secrets',
  'src/features/access/idempotency.ts': 'the timetable',
  'src/features/access/verdict.ts': 'whoever manages, once permission and tenant are judged',
  'src/features/account/sign-outs.ts': 'the command line',
  'src/features/audit/scope.ts': 'entries of no unit, and the timetable',
  'src/features/clients/service.ts': 'a client, before its tenant is known',
  'src/features/email-change/accounts.ts': 'a link by its digest',
  'src/features/lockout/service.ts': 'counts, of addresses that may be nobody’s; the timetable',
  'src/features/lockout/unlocking.ts': 'a link by its digest; then its owner; the command line',
  'src/features/monitoring/health.ts': 'whether the database answers',
  'src/features/outbox/scope.ts': 'deliveries and operators, for the server as a whole',
  'src/features/passwords/policy.ts': 'what a tenant asks of passwords',
  'src/features/passwords/warning.ts': 'the timetable',
  'src/features/recovery/accounts.ts':
    'whose address this is, a link by its digest; then that user',
  'src/features/registration/scope.ts': 'whether anybody has the address',
  'src/features/sessions/ending.ts': 'a session, before its user is known; then its user',
  'src/features/sign-in/accounts.ts': 'whose address this is',
  'src/features/tenancy/service.ts': 'the tenants themselves',
  'src/features/users/enrolment.ts': 'whether an address waits for somebody, whichever tenant’s',
  'src/features/users/service.ts': 'the tenant a new account is made in',
  'src/features/verification/scope.ts': 'a link by its digest',
  'src/features/webhooks/scope.ts': 'whoever is due, of whichever tenant',
  'src/oidc/adapter.grants.ts': 'an artifact by its digest; then the user it names',
  'src/oidc/keys.ts': 'the signing keys',
  // Whoever works inside a tenant for what the look-ups of those above have found.
  'src/kernel/scope.ts': 'a visitor of a tenant, and the owner of an account',
};

describe('scopes', () => {
  test('are made in the named places only', () => {
    const makers = globSync('src/**/*.ts').filter(
      (path) => !new RegExp(testCode).test(path) && MAKES_A_SCOPE.test(readFileSync(path, 'utf8')),
    );
    expect(makers.toSorted()).toEqual(Object.keys(SCOPE_MAKERS).toSorted());
  });
});

/** An object literal; the members of the type are `readonly`, and an actor has an id and no job. */
const MAKES_A_SCOPE =
  /\bkind: '(tenant',\s*tenantId|system',\s*job|administrator',\s*tenantId|operator',\s*by)\b(?!: (string|TenantId|Administrator)\b)/;

describe('the settings of a connection', () => {
  const SESSION_WIDE = [
    /\bset_config\s*\((?:[^()]|\([^()]*\))*,(?!\s*true\b)[^,()]+\)/i,
    // Of its own, or behind another statement; not the `set` of an update, nor `set local`.
    /(?:^|[`'";])\s*(?:re)?set\s+(?!local\b)(?:session\s+)?(?:role|avian\.|search_path|row_security|statement_timeout|time\s+zone|all)\b/im,
    /\bset\s+session\b|\bdiscard\s+all\b/i,
  ];
  const outlasts = (text: string) => SESSION_WIDE.some((pattern) => pattern.test(text));

  test.each([
    `select set_config('avian.tenant', $1, false)`,
    `select set_config('role', coalesce($1, 'avian_app'), $2)`,
    'query(`set role avian_app`)',
    `query('set avian.tenant = 1')`,
    'begin; SET search_path = public',
    'set session characteristics as transaction read only',
    'reset role',
  ])('would be seen to outlast their transaction: %s', (text) => {
    expect(outlasts(text)).toBe(true);
  });

  test.each([
    `select set_config('avian.tenant', $1, true), set_config('avian.scope', coalesce($2, ''), true)`,
    'begin; set local search_path = public',
    'update users set role = $1',
    'update tenants set status = $1',
  ])('would be let through where they end with it: %s', (text) => {
    expect(outlasts(text)).toBe(false);
  });

  test('end with its transaction, wherever the product makes one (security case F6)', () => {
    const found = globSync(['src/**/*.ts', 'src/**/*.lua', 'drizzle/*.sql']).filter(
      (path) => !new RegExp(testCode).test(path) && outlasts(stripped(readFileSync(path, 'utf8'))),
    );
    expect(found).toEqual([]);
  });
});

/** Without the settings that functions are made with: those are theirs, and end with the call. */
function stripped(text: string): string {
  return text.replaceAll(/^set (search_path|timezone|datestyle) = .*$/gm, '');
}

function fileOf(imported: string): string {
  return imported.endsWith('.ts') ? imported : `node_modules/${imported}/index.js`;
}
