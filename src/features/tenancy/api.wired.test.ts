import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { DAY } from '#src/kernel/clock.ts';
import { TenantBoundary } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { type AnAdministrator, anAdministrator, type Call } from '#src/testing/administrator.ts';
import { newMark } from '#src/testing/instance.ts';
import { type Stage, setStage } from '#src/testing/journeys/stage.ts';
import { reachInto } from '#src/testing/scopes.ts';
import { ofEach, plant } from './bench.ts';

let stage: Stage;
let root: AnAdministrator;
let ada: AnAdministrator;

beforeAll(async () => {
  stage = await setStage();
  root = await anAdministrator(stage, { role: 'super_admin' });
  ada = await anAdministrator(stage, { role: 'tenant_admin', app: root.app });
});
afterAll(() => stage[Symbol.asyncDispose]());

interface Shown extends Record<string, unknown> {
  readonly id: string;
  readonly slug: string;
  readonly status: string;
}

const REASON = { headers: { 'avian-reason': 'A ticket.' } };

async function aTenant(): Promise<Shown> {
  const body = { slug: `t-${newMark()}`, name: 'Flock' };
  const made = await root.call<Shown>('POST', '/tenants', { body });
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe(`/api/tenants/${made.body.id}`);
  return made.body;
}

describe('the tenants’ operations', () => {
  it('make, show, change, shut, open, delete and restore one, for a super_admin who says why', async () => {
    const { id, slug } = await aTenant();
    const path = `/tenants/${id}`;
    const shown = await root.call<Shown>('GET', path, REASON);
    expect(shown.body).toMatchObject({
      id,
      slug,
      name: 'Flock',
      status: 'active',
      passwordDays: 90,
    });

    const wanted = { body: { name: 'Wing', sessionLimit: 3 } };
    const stale = { ...wanted, headers: { ...REASON.headers, 'if-match': '"x"' } };
    expect((await root.call('PATCH', path, stale)).status).toBe(412);
    const fresh = { 'if-match': shown.headers.get('etag') ?? '' };
    const changed = await root.call('PATCH', path, {
      ...wanted,
      headers: { ...REASON.headers, ...fresh },
    });
    expect(changed.body).toMatchObject({ name: 'Wing', sessionLimit: 3, passwordDays: 90 });

    const act = (method: string, way = '') => root.call<Shown>(method, `${path}${way}`, REASON);
    expect((await act('POST', '/suspend')).body.status).toBe('suspended');
    expect((await act('POST', '/suspend')).status).toBe(409);
    expect((await act('POST', '/resume')).body.status).toBe('active');
    const deleted = await act('DELETE');
    const deletesAt = new Date(stage.clock.now().getTime() + 30 * DAY).toISOString();
    expect([deleted.status, deleted.body]).toEqual([
      202,
      expect.objectContaining({ status: 'deleting', deletesAt }),
    ]);
    expect((await act('POST', '/restore')).body).toMatchObject({ status: 'active' });
  });

  it('end the sessions of whoever is in a tenant that is suspended, and let nobody in', async () => {
    const eve = await anAdministrator(stage, { role: 'tenant_admin', app: root.app });
    const path = `/tenants/${eve.person.tenantId}`;
    expect((await eve.call('GET', path)).status).toBe(200);
    expect((await root.call('POST', `${path}/suspend`, REASON)).status).toBe(200);
    expect((await eve.call('GET', path)).status).toBe(401);
    expect((await root.call('POST', `${path}/resume`, REASON)).status).toBe(200);
    expect((await eve.call('GET', path)).status).toBe(401);
    expect(await stage.outcomes(eve.person.id, 'session.all-ended')).toEqual(['success']);
  });

  it('list all tenants to a super_admin page by page, and to others their own', async () => {
    for (let made = 0; made < 3; made += 1) await aTenant();
    interface Page {
      readonly items: readonly Shown[];
      readonly next?: string;
    }
    const slugs: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '2', ...(cursor !== undefined && { cursor }) };
      const { body } = await root.call<Page>('GET', '/tenants', { query });
      slugs.push(...body.items.map(({ slug }) => slug));
      cursor = body.next;
    } while (cursor !== undefined);
    expect(slugs.length).toBeGreaterThan(4);
    expect(slugs).toEqual([...new Set(slugs)].toSorted());
    const own = await ada.call<Page>('GET', '/tenants');
    expect(own.body.items.map(({ id }) => id)).toEqual([ada.person.tenantId]);
  });

  it.each([
    ['a taken slug', ['POST', '/tenants', { slug: 'taken', name: 'x' }], 409],
    ['a slug that cannot be', ['POST', '/tenants', { slug: 'API', name: 'x' }], 400],
    ['being the operator’s', ['POST', '/tenants', { slug: 'x-y', name: 'x', operator: true }], 400],
    ['becoming the default one', ['PATCH', '/tenants/own', { isDefault: true }], 400],
    ['a status of one’s own', ['PATCH', '/tenants/own', { status: 'active' }], 400],
    ['an end of the operator’s', ['DELETE', '/tenants/own', undefined], 409],
  ] as const)('refuse %s', async (_, [method, path, body], status) => {
    await root.call('POST', '/tenants', { body: { slug: 'taken', name: 'x' } });
    const call: Call = { ...REASON, ...(body && { body }) };
    const place = path.replace('own', root.person.tenantId);
    expect((await root.call(method, place, call)).status).toBe(status);
  });

  it('are a super_admin’s where they go beyond a tenant’s settings', async () => {
    const path = `/tenants/${ada.person.tenantId}`;
    expect((await ada.call('PATCH', path, { body: { passwordDays: 30 } })).status).toBe(200);
    for (const [method, place] of [
      ['POST', '/tenants'],
      ['DELETE', path],
      ...['suspend', 'resume', 'restore'].map((act) => ['POST', `${path}/${act}`]),
    ] as const)
      expect((await ada.call(method ?? '', place ?? '')).status).toBe(403);
  });
});

/** Where the things are that paths name: each table's key. */
const THINGS: Readonly<Record<string, string>> = {
  user: 'users.id',
  client: 'clients.id',
  secret: 'client_secrets.id',
  grant: 'grants.id_digest',
  resource: 'resources.id',
  webhook: 'webhooks.id',
  invitation: 'invitations.id',
  entry: 'audit_entries.id',
  session: 'session_revocations.uid_digest',
};

/** A tenant with something of each kind, and what it is called. */
async function aStranger() {
  const { id } = await stage.aTenant();
  const keys = await stage.avian.core.units.run(SYSTEM, async (unit) => {
    await plant(unit, id, ofEach(1));
    const found: Record<string, string> = {};
    for (const [name, place] of Object.entries(THINGS)) {
      const [table, key] = place.split('.');
      const rows = await client(unit).query<{ key: string }>(
        `select ${key}::text as key from ${table} where tenant_id = $1 limit 1`,
        [id],
      );
      found[name] = rows.rows[0]?.key ?? '';
    }
    return found;
  });
  return { id, keys };
}

function estateOf(tenant: TenantId) {
  return stage.avian.core.units.run(SYSTEM, async (unit) => {
    const rows: unknown[] = [];
    for (const place of Object.values(THINGS)) {
      const [table] = place.split('.');
      const found = await client(unit).query(
        `select t::text as row from ${table} t where tenant_id = $1 order by 1`,
        [tenant],
      );
      rows.push(...found.rows);
    }
    return rows;
  });
}

describe('whoever asks of another tenant’s (P30)', () => {
  it('by its id, is answered as by an id that is nobody’s, in every operation, and nothing comes of it', async () => {
    const stranger = await aStranger();
    const before = await estateOf(stranger.id);
    const named = stage.avian.api.operations.filter(({ path }) => /:(?!tenant\b)/.test(path));
    expect(named.length).toBeGreaterThan(10);
    for (const { method, path } of named) {
      const ask = async (key: (name: string) => string) => {
        const place = path.replaceAll(/:(\w+)/g, (_, name: string) => key(name));
        const body = ['GET', 'DELETE'].includes(method) ? {} : { body: {} };
        const { status, text } = await ada.call(method, place, body);
        return { status, text: text.replace(/"requestId":"[^"]*"/, '') };
      };
      const theirs = await ask((name) => stranger.keys[name] ?? fail(name));
      const nobodys = await ask(() => randomUUID());
      expect(theirs, `${method} ${path}`).toEqual(nobodys);
      expect([400, 404], `${method} ${path}`).toContain(theirs.status);
    }
    expect(await estateOf(stranger.id)).toEqual(before);
  });

  it('in a list, is shown nothing of it', async () => {
    const stranger = await aStranger();
    const lists = stage.avian.api.operations.filter(
      ({ method, path }) => method === 'GET' && !path.includes(':') && path !== '/audit/stream',
    );
    expect(lists.length).toBeGreaterThan(5);
    for (const { path } of lists) {
      const { status, text } = await ada.call('GET', path);
      expect([200, 400], path).toContain(status);
      for (const trace of [stranger.id, ...Object.values(stranger.keys)])
        expect(text, path).not.toContain(trace);
    }
  });
});

describe('what the database refuses to an administrator', () => {
  it('is in their tenant’s log, though all that the unit did is undone (R16.5)', async () => {
    const { tenantId: own } = ada.person;
    const { units } = stage.avian.core;
    const scope = reachInto(own, root.person.tenantId);
    const reaching = units.run(scope, (unit) =>
      client(unit).query(
        'insert into tenants (id, slug, name, created_at, updated_at) values ($1, $2, $2, now(), now())',
        [randomUUID(), newMark()],
      ),
    );
    await expect(reaching).rejects.toBeInstanceOf(TenantBoundary);
    const found = await units.run(SYSTEM, (unit) =>
      client(unit).query(
        `select tenant_id, actor_id, actor_tenant_id, address, outcome, details from audit_entries
         where action = 'access.boundary' and tenant_id = $1`,
        [own],
      ),
    );
    expect(found.rows).toEqual([
      {
        tenant_id: own,
        actor_id: scope.by.actor.id,
        actor_tenant_id: root.person.tenantId,
        address: scope.by.origin.address,
        outcome: 'refused',
        details: {
          operatorReason: 'A ticket.',
          refusal: 'new row violates row-level security policy for table "tenants"',
        },
      },
    ]);
  });
});

function fail(name: string): never {
  throw new Error(`Nobody knows where a ${name} is kept.`);
}
