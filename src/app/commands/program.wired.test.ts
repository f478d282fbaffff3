import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import type { Environment } from '../config/env.ts';
import { avianHere, complaintOf, objectOf } from './bench.ts';

const ids = createIds(systemClock);
const APP = ['client', 'create', '--name', 'Flock', '--redirect-uri', 'https://app.example.com/cb'];

let database: TestDatabase;
let folder = '';
let env: Environment = {};

beforeAll(async () => {
  database = await anOwnDatabase();
  folder = mkdtempSync(join(tmpdir(), 'avian-program-'));
  env = {
    DATABASE_URL: database.url,
    AVIAN_DATA_DIR: folder,
    AVIAN_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    AVIAN_COOKIE_KEYS: randomBytes(32).toString('base64'),
  };
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** A tenant that no other test has. */
async function aTenant(): Promise<string> {
  const slug = `flock-${ids.uuid().slice(-12)}x`;
  objectOf(await avianHere(['tenant', 'create', '--slug', slug, '--name', 'Flock', '--json'], env));
  return slug;
}

function userIn(tenant: string, email: string): readonly string[] {
  const who = ['--tenant', tenant, '--name', 'Ada', '--email', email];
  return ['user', 'create', ...who, '--password-stdin'];
}

describe('creating a tenant', () => {
  it('is refused in one line where the slug is taken', async () => {
    const slug = await aTenant();
    const again = await avianHere(['tenant', 'create', '--slug', slug, '--name', 'Other'], env);
    expect([again.code, complaintOf(again)]).toEqual([1, `There is a tenant "${slug}" already.`]);
  });

  it('takes a name as a person would have written it: one line, no orders for a terminal', async () => {
    const args = ['tenant', 'create', '--slug', 'flock-strange', '--json'];
    const made = await avianHere([...args, '--name', 'Flock\n\u001b[2K\u202eof\0 birds'], env);
    expect(objectOf(made)).toMatchObject({ slug: 'flock-strange' });
  });

  it.each([
    ['--slug', 'A\u202eB'],
    ['--slug', 'x'.repeat(100_000)],
    ['--slug', 'a\0b'],
    ['--name', ' \n '],
    ['--name', 'x'.repeat(100_000)],
  ])('tells in one line that %s cannot be that', async (option, value) => {
    const args = ['tenant', 'create', '--slug', 'flock-odd', '--name', 'Flock', option, value];
    expect(complaintOf(await avianHere(args, env))).toMatch(
      new RegExp(`^The tenant is not valid\\. ${option}: .{10,100}$`),
    );
  });
});

describe('the settings of a tenant', () => {
  const settings = async (slug: string, ...flags: string[]) =>
    objectOf(await avianHere(['tenant', 'update', '--slug', slug, ...flags, '--json'], env));

  it('change where they are named, and stay where they are not', async () => {
    const slug = await aTenant();
    const preset = {
      ...{ slug, name: 'Flock', isDefault: false, registration: 'off', registrationDomains: [] },
      ...{ passwordRules: 'composition', passwordDays: 90, sessionLimit: null },
      sessionWatch: ['browser-changed', 'refresh-token-reused', 'two-places'],
    };
    expect(await settings(slug)).toEqual(preset);
    const domains = ['--registration-domain', 'B.example', '--registration-domain', 'a.example'];
    const open = { registration: 'domain', registrationDomains: ['a.example', 'b.example'] };
    expect(await settings(slug, '--registration', 'domain', ...domains)).toEqual({
      ...preset,
      ...open,
    });
    const lasting = { passwordRules: 'nist', passwordDays: null };
    const flags = ['--password-rules', 'nist', '--password-days', 'never'];
    expect(await settings(slug, ...flags)).toEqual({ ...preset, ...open, ...lasting });
  });

  it('say how many sessions a person may be in, and what ends one as suspicious', async () => {
    const slug = await aTenant();
    const strict = ['--session-limit', '3', '--suspicious', 'two-places, browser-changed'];
    expect(await settings(slug, ...strict)).toMatchObject({
      sessionLimit: 3,
      sessionWatch: ['browser-changed', 'two-places'],
    });
    const said = await avianHere(['tenant', 'update', '--slug', slug], env);
    expect(said.out).toContain(
      'Sessions of a person: 3 at most. Suspicious, and ended: browser-changed, two-places.',
    );
    const none = ['--session-limit', 'none', '--suspicious', 'none'];
    expect(await settings(slug, ...none)).toMatchObject({ sessionLimit: null, sessionWatch: [] });
    const calm = await avianHere(['tenant', 'update', '--slug', slug], env);
    expect(calm.out).toContain('any number. Suspicious, and ended: nothing.');
  });

  it('make one tenant the default one, and no other beside it', async () => {
    const [one, other] = [await aTenant(), await aTenant()];
    expect(await settings(one, '--default')).toMatchObject({ isDefault: true });
    expect(await settings(other, '--default')).toMatchObject({ isDefault: true });
    expect(await settings(one)).toMatchObject({ isDefault: false });
    expect(await settings(other, '--no-default')).toMatchObject({ isDefault: false });
  });

  it.each([
    [['--registration', 'domain'], 'Name at least one domain.'],
    [['--registration-domain', 'no domain'], '"no domain" is not a domain.'],
    [['--password-days', '0'], 'Use 1 to 3650 days, or never.'],
    [['--password-days', 'soon'], 'Use 1 to 3650 days, or never.'],
    [['--name', ' '], 'Use 1 to 200 characters.'],
    [['--session-limit', '0'], '--session-limit: Use 1 to 100, or none.'],
    [['--session-limit', 'many'], 'Use 1 to 100, or none.'],
    [['--suspicious', 'rain'], '--suspicious: Use any of browser-changed,'],
    [['--suspicious', ''], '--suspicious: Use any of'],
  ])('are refused in one line: %j', async (flags, words) => {
    const slug = await aTenant();
    const ending = await avianHere(['tenant', 'update', '--slug', slug, ...flags], env);
    expect(ending.code).toBe(1);
    expect(complaintOf(ending)).toContain(words);
    expect(await settings(slug)).toMatchObject({ registration: 'off', passwordDays: 90 });
  });

  it('are nobody’s where there is no such tenant', async () => {
    const ending = await avianHere(['tenant', 'update', '--slug', 'flock-none'], env);
    expect([ending.code, complaintOf(ending)]).toEqual([1, 'There is no tenant "flock-none".']);
  });
});

describe('the life of a tenant', () => {
  const act = (name: string, slug: string) =>
    avianHere(['tenant', name, '--slug', slug, '--json'], env);
  const statusOf = async (slug: string) => {
    const { tenants } = objectOf(await avianHere(['tenant', 'list', '--json'], env));
    return (tenants as { slug: string; status: string }[]).find((tenant) => tenant.slug === slug)
      ?.status;
  };

  it('is suspended, resumed, deleted with grace and restored', async () => {
    const slug = await aTenant();
    expect(objectOf(await act('suspend', slug))).toMatchObject({ status: 'suspended' });
    expect(await statusOf(slug)).toBe('suspended');
    expect(objectOf(await act('resume', slug))).toMatchObject({ status: 'active' });
    expect(objectOf(await act('delete', slug))).toMatchObject({
      status: 'deleting',
      deletes_at: expect.stringMatching(/^\d{4}-/),
    });
    expect(complaintOf(await act('suspend', slug))).toContain('not in a state that allows that');
    expect(objectOf(await act('restore', slug))).toMatchObject({ status: 'active' });
    expect(await statusOf(slug)).toBe('active');
  });

  it('of the operator’s own begins once, and does not end', async () => {
    const create = () => {
      const slug = `flock-${ids.uuid()}`;
      return avianHere(['tenant', 'create', '--slug', slug, '--name', 'Us', '--operator'], env);
    };
    // Whatever shares this database may have made it before.
    await create();
    expect(complaintOf(await create())).toBe('There is an operator’s tenant already.');
    const { tenants } = objectOf(await avianHere(['tenant', 'list', '--json'], env));
    const all = tenants as { slug: string; operator: boolean }[];
    const [own, ...others] = all.filter(({ operator }) => operator).map(({ slug }) => slug);
    expect(others).toEqual([]);
    expect(complaintOf(await act('delete', own ?? ''))).toContain('the operator’s own');
  });
});

describe('creating a user', () => {
  it('keeps the address in one form, and refuses it a second time in any', async () => {
    const args = userIn(await aTenant(), `  ADA.${ids.uuid()}@Example.COM `);
    const { email } = objectOf(await avianHere([...args, '--json'], env, 'Correct horse 4!\n'));
    expect(email).toMatch(/^ada\.[0-9a-f-]+@example\.com$/);
    const again = userIn(await aTenant(), String(email));
    expect(complaintOf(await avianHere(again, env, 'Correct horse 4!'))).toBe(
      'There is a user with this e-mail address already.',
    );
  });

  it('takes all of its input for the password, but for one line feed at the end', async () => {
    const tenant = await aTenant();
    const longest = 'Aa1-'.repeat(32);
    const create = (password: string) =>
      avianHere(userIn(tenant, `${ids.uuid()}@example.com`), env, password);
    expect((await create(`${longest}\n`)).code).toBe(0);
    expect((await create(`${longest}\r\n`)).code).toBe(0);
    for (const password of [`${longest}\n\n`, 'x'.repeat(100_000)]) {
      expect(complaintOf(await create(password))).toContain('Use 128 characters at most');
    }
    for (const password of ['\n', '']) {
      expect(complaintOf(await create(password))).toContain('Use more characters.');
    }
  });

  it('is refused in one line for a tenant that is not there, whatever it is called', async () => {
    const refused = await avianHere(userIn('nobody\n\u001b[2Kforged', 'a@example.com'), env, 'x');
    expect(complaintOf(refused)).toBe('There is no tenant "nobody ?[2Kforged".');
  });

  it('makes no super_admin outside the operator’s tenant', async () => {
    const args = [...userIn(await aTenant(), 'root@example.com'), '--role', 'super_admin'];
    expect(complaintOf(await avianHere(args, env, 'Correct horse 4!'))).toContain(
      '--role: Only the operator',
    );
  });
});

describe('signing out', () => {
  it('ends every session of a user, and is refused in another tenant', async () => {
    const [tenant, other] = [await aTenant(), await aTenant()];
    const email = `ada.${ids.uuid()}@example.com`;
    objectOf(await avianHere([...userIn(tenant, email), '--json'], env, 'Correct horse 4!'));
    const signOut = (slug: string) => ['user', 'sign-out', '--tenant', slug, '--email', email];
    const ended = objectOf(await avianHere([...signOut(tenant), '--json'], env));
    expect(ended).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), email });
    expect(complaintOf(await avianHere(signOut(other), env))).toBe(
      `There is no user with this e-mail address in "${other}".`,
    );
  });

  it('ends those of a whole tenant, and of no tenant that is none', async () => {
    const tenant = await aTenant();
    const email = `ada.${ids.uuid()}@example.com`;
    objectOf(await avianHere([...userIn(tenant, email), '--json'], env, 'Correct horse 4!'));
    const signOut = (slug: string) => ['tenant', 'sign-out', '--slug', slug, '--json'];
    expect(objectOf(await avianHere(signOut(tenant), env))).toEqual({ slug: tenant, users: 1 });
    expect(complaintOf(await avianHere(signOut('flock-none'), env))).toContain('flock-none');
  });
});

describe('registering an application', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['web', [...APP, '--kind', 'web'], ['client_id', 'client_secret']],
    ['spa', [...APP, '--kind', 'spa'], ['client_id']],
    ['native', [...APP, '--kind', 'native'], ['client_id']],
    [
      'machine',
      ['client', 'create', '--name', 'M', '--kind', 'machine'],
      ['client_id', 'client_secret'],
    ],
  ])('of kind %s tells its id, and its secret where it has one', async (_, args, names) => {
    expect(Object.keys(objectOf(await avianHere([...args, '--json'], env)))).toEqual(names);
    const shown = await avianHere(args, env);
    expect(shown.out.includes('client_secret')).toBe(names.length === 2);
  });

  it('keeps every option as it was given', async () => {
    const tenant = await aTenant();
    const options = [
      ...['--kind', 'web', '--tenant', tenant, '--redirect-uri', 'https://app.example.com/2'],
      ...[
        '--post-logout-redirect-uri',
        'https://app.example.com/bye',
        '--first-party',
        '--no-pkce',
      ],
      ...[
        '--backchannel-logout-uri',
        'https://app.example.com/logout',
        '--scope',
        ' openid  email ',
      ],
      ...[
        '--resource',
        'urn:a',
        '--resource',
        'https://api.example.com',
        '--id-token-alg',
        'ES256',
      ],
      ...['--require-par', '--dpop', '--cors-origin', 'https://app.example.com'],
    ];
    const { client_id: id } = objectOf(await avianHere([...APP, ...options, '--json'], env));
    expect(await listed(id)).toMatchObject({
      kind: 'web',
      name: 'Flock',
      status: 'active',
      tenant_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      first_party: true,
      redirect_uris: ['https://app.example.com/cb', 'https://app.example.com/2'],
      post_logout_redirect_uris: ['https://app.example.com/bye'],
      backchannel_logout_uri: 'https://app.example.com/logout',
      cors_origins: ['https://app.example.com'],
      scope: 'openid email',
      resources: ['urn:a', 'https://api.example.com'],
      require_pkce: false,
      require_par: true,
      dpop_bound: true,
      id_token_alg: 'ES256',
    });
  });

  it('leaves to its kind what was not given', async () => {
    const { client_id: id } = objectOf(await avianHere([...APP, '--kind', 'spa', '--json'], env));
    expect(await listed(id)).toMatchObject({
      tenant_id: null,
      first_party: false,
      scope: 'openid profile email offline_access',
      cors_origins: ['https://app.example.com'],
      require_pkce: true,
      require_par: false,
      dpop_bound: false,
      id_token_alg: 'RS256',
      jwks: null,
    });
  });

  it('tells everything that is not valid in one line, by option', async () => {
    const wrong = ['--redirect-uri', 'javascript:x', '--id-token-alg', 'none', '--scope', '"'];
    const refused = await avianHere([...APP, '--kind', 'spa', '--no-pkce', ...wrong], env);
    const complaint = complaintOf(refused);
    for (const option of ['--redirect-uri (2):', '--id-token-alg:', '--scope (1):', '--no-pkce:']) {
      expect(complaint).toContain(option);
    }
  });

  it('reads public keys from a file: a set, or a single one', async () => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: randomBytes(32).toString('base64url') };
    for (const held of [key, { keys: [key] }]) {
      const made = objectOf(await withKeys(JSON.stringify(held)));
      expect(Object.keys(made)).toEqual(['client_id']);
      expect(await listed(made['client_id'])).toMatchObject({ jwks: { keys: [key] } });
    }
  });

  it('refuses private keys and what is no key set, and repeats none of it', async () => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: randomBytes(32).toString('base64url') };
    const secret = complaintOf(await withKeys(JSON.stringify({ ...key, d: 's3cr3t' })));
    expect(secret).toContain('--jwks: This is a private key');
    expect(secret).not.toContain('s3cr3t');
    for (const held of ['s3cr3t', '[]', '{"keys":{}}', '{"keys":[1]}', 'null']) {
      expect(complaintOf(await withKeys(held))).toBe(
        'The application is not valid. --jwks: The file holds no JSON Web Key Set.',
      );
    }
    const missing = await avianHere([...APP, '--kind', 'web', '--jwks', '/no/such/file'], env);
    expect(complaintOf(missing)).toBe('The file /no/such/file cannot be read (ENOENT).');
  });

  it('renews a secret, and takes an application out of use, back, and away', async () => {
    const made = objectOf(await avianHere([...APP, '--kind', 'web', '--json'], env));
    const which = ['--id', String(made['client_id'])];
    const act = (name: string, ...more: string[]) =>
      avianHere(['client', name, ...which, ...more], env);
    const renewed = objectOf(await act('rotate-secret', '--overlap-hours', '0', '--json'));
    expect(renewed['client_secret']).toMatch(/^[\w-]{43}$/);
    expect(renewed['client_secret']).not.toBe(made['client_secret']);
    expect(complaintOf(await act('rotate-secret', '--overlap-hours', '1e3'))).toContain('720');
    await act('disable');
    expect(await listed(made['client_id'])).toMatchObject({ status: 'disabled' });
    await act('enable');
    expect(await listed(made['client_id'])).toMatchObject({ status: 'active' });
    expect((await act('delete')).out).toContain('deleted');
    expect(complaintOf(await act('enable'))).toContain('no application');
  });

  async function withKeys(text: string) {
    writeFileSync(join(folder, 'jwks.json'), text);
    return avianHere([...APP, '--kind', 'web', '--jwks', join(folder, 'jwks.json'), '--json'], env);
  }

  async function listed(id: unknown) {
    const { clients } = objectOf(await avianHere(['client', 'list', '--json'], env));
    return (clients as { client_id: string }[]).find((client) => client.client_id === id);
  }
});

describe('the signing keys', () => {
  it('move on by one state at each rotation', async () => {
    const states = async (command: string) => {
      const { keys } = objectOf(await avianHere(['keys', command, '--json'], env));
      return new Map(
        (keys as { kid: string; state: string }[]).map(({ kid, state }) => [kid, state]),
      );
    };
    const before = await states('list');
    const after = await states('rotate');
    expect([...before.values()].toSorted()).toEqual(['active', 'active', 'pending', 'pending']);
    for (const [kid, state] of before) {
      expect(after.get(kid)).toBe(state === 'active' ? 'retiring' : 'active');
    }
    expect((await avianHere(['keys', 'list'], env)).out).toContain('RS256  retiring');
  });
});

describe('a command on a database', () => {
  it('that was sealed with other keys says which setting is to blame', async () => {
    objectOf(await avianHere(['client', 'list', '--json'], env));
    const key = randomBytes(32).toString('base64');
    for (const id of ['k1', 'k2']) {
      const others = { ...env, AVIAN_SECRET_KEYS: `${id}:${key}` };
      expect(complaintOf(await avianHere(['client', 'list'], others))).toContain(
        'AVIAN_SECRET_KEYS',
      );
    }
  });

  it('that does not answer says so, without the password', async () => {
    const away = { ...env, DATABASE_URL: 'postgres://avian:s3cr3t@127.0.0.1:1/avian' };
    const complaint = complaintOf(await avianHere(['client', 'list'], away));
    expect(complaint).toMatch(/^Postgres did not answer.*ECONNREFUSED/);
    expect(complaint).not.toContain('s3cr3t');
  });

  it('without a schema asks for it, and migrating makes it once', async () => {
    await using empty = await anOwnDatabase('empty');
    const fresh = { ...env, DATABASE_URL: empty.url };
    expect(complaintOf(await avianHere(['client', 'list'], fresh))).toBe(
      'The database has no schema yet: run "avian migrate" first.',
    );
    const { applied } = objectOf(await avianHere(['migrate', '--json'], fresh));
    expect(applied).not.toEqual([]);
    expect(objectOf(await avianHere(['migrate', '--json'], fresh))).toEqual({ applied: [] });
    expect((await avianHere(['migrate'], fresh)).out).toBe('The schema is up to date.\n');
    expect((await avianHere(['client', 'list'], fresh)).out).toBe('There is no application yet.\n');
  });
});
