import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_RESOURCE } from '#src/features/access/index.ts';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { versionOf } from '#src/kernel/version.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import type { Resource } from './resource.ts';
import { createResources, type Resources } from './service.ts';
import { createResourceStore } from './store.pg.ts';

let bench: Bench;
let resources: Resources;
let tenant: TenantId;
let stranger: TenantId;
beforeAll(async () => {
  bench = await aBench();
  [tenant, stranger] = [await bench.aTenant(), await bench.aTenant()];
  const { units } = bench;
  const [clock, ids] = [createTestClock(), createIds()];
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  resources = createResources({ units, store: createResourceStore(), audit, clock, ids });
});
afterAll(() => bench[Symbol.asyncDispose]());

const read = { name: 'read', about: 'Read orders' };
const write = { name: 'write', about: 'Change orders' };
const anIdentifier = () => `https://${mark()}.test/`;

async function aResource(scope: AdminScope, over: object = {}): Promise<Resource> {
  const draft = { identifier: anIdentifier(), name: 'Orders', scopes: [read], ...over };
  const made = await resources.create(scope, draft);
  if (!made.ok) throw new Error(made.reason);
  return made.value;
}

function offered(of: TenantId | undefined, ...identifiers: string[]) {
  return bench.units.run(SYSTEM, (unit) => resources.offered(unit, of, identifiers));
}

const shared = { ok: false, reason: 'shared' };
const unknown = { ok: false, reason: 'unknown' };

describe('a resource', () => {
  it('is the tenant’s own: another finds no trace of it, and may register the same', async () => {
    const mine = await aResource(administratorOf(tenant));
    const theirs = administratorOf(stranger);
    expect(await resources.find(theirs, mine.id)).toBeUndefined();
    expect(await resources.update(theirs, mine.id, { changes: { name: 'A' } })).toEqual(unknown);
    expect(await resources.remove(theirs, mine.id)).toEqual(unknown);
    const { identifier } = mine;
    expect(await aResource(theirs, { identifier })).toMatchObject({ tenantId: stranger });
    const again = resources.create(administratorOf(tenant), { ...mine, identifier });
    expect(await again).toEqual({ ok: false, reason: 'identifier-taken' });
    expect(await resources.find(administratorOf(tenant), mine.id)).toStrictEqual(mine);
  });

  it('that all share is seen by every tenant, changed by an operator, and taken by its name', async () => {
    const ours = await aResource(operatorOf(tenant));
    const scope = administratorOf(stranger);
    expect(await resources.find(scope, ours.id)).toStrictEqual(ours);
    expect(await resources.update(scope, ours.id, { changes: { name: 'A' } })).toEqual(shared);
    expect(await resources.remove(scope, ours.id)).toEqual(shared);
    const { identifier } = ours;
    const taken = resources.create(scope, { identifier, name: 'Mine', scopes: [] });
    expect(await taken).toEqual({ ok: false, reason: 'identifier-taken' });
    expect(await resources.remove(operatorOf(tenant), ours.id)).toMatchObject({ ok: true });
  });

  it('is changed as it was last seen, and leaves its entry: before, after, and what was refused', async () => {
    const scope = administratorOf(tenant);
    const made = await aResource(scope);
    const version = versionOf(made);
    const changes = { scopes: [read, write] };
    expect(await resources.update(scope, made.id, { changes, version })).toMatchObject({
      ok: true,
    });
    const late = await resources.update(scope, made.id, { changes: { name: 'Late' }, version });
    expect(late).toEqual({ ok: false, reason: 'changed' });
    const found = await bench.units.run(SYSTEM, (unit) =>
      client(unit).query(
        'select action, outcome, details from audit_entries where resource_id = $1 order by at, id',
        [made.id],
      ),
    );
    expect(found.rows).toMatchObject([
      { action: 'resource.created', outcome: 'success' },
      { outcome: 'success', details: { before: { scopes: [read] }, after: changes } },
      { action: 'resource.updated', outcome: 'changed' },
    ]);
  });

  it('of Avian’s own is there, and nobody’s to make, change or delete', async () => {
    const scope = operatorOf(tenant);
    const own = await resources.find(scope, API_RESOURCE);
    expect(own?.scopes.map(({ name }) => name)).toContain('clients:read');
    expect(await resources.update(scope, API_RESOURCE, { changes: { scopes: [] } })).toEqual(
      shared,
    );
    expect(await resources.remove(scope, API_RESOURCE)).toEqual(shared);
    const making = aResource(scope, { identifier: API_RESOURCE });
    await expect(making).rejects.toBeInstanceOf(InvalidInput);
  });

  it('comes once in a list of pages, with Avian’s own and the shared, and no other tenant’s', async () => {
    const home = await bench.aTenant();
    const scope = administratorOf(home);
    const mine = await Promise.all([0, 1, 2].map(() => aResource(scope)));
    const last = await aResource(scope, { identifier: `urn:z:${mark()}` });
    const common = await aResource(operatorOf(tenant));
    const theirs = await aResource(administratorOf(stranger));

    const seen: string[] = [];
    let after: { identifier: string; id: string } | undefined;
    do {
      const page = await resources.list(scope, { limit: 2, ...(after && { after }) });
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(new Set(seen).size).toBe(seen.length);
    const expected = [...mine, last, common].map(({ id }) => id);
    expect(seen).toEqual(expect.arrayContaining([...expected, API_RESOURCE]));
    expect(seen).not.toContain(theirs.id);
  });

  it('offers its scopes to its tenant’s clients, a shared one before a tenant’s, and to no other’s', async () => {
    const scope = administratorOf(tenant);
    const mine = await aResource(scope);
    const { identifier } = mine;
    expect(await offered(tenant, identifier)).toEqual(new Map([[identifier, ['read']]]));
    expect(await offered(stranger, identifier)).toEqual(new Map());
    expect(await offered(undefined, identifier)).toEqual(new Map());
    await aResource(operatorOf(tenant), { identifier, scopes: [write] });
    expect(await offered(tenant, identifier)).toEqual(new Map([[identifier, ['write']]]));
    const own = await offered(undefined, API_RESOURCE);
    expect(own.get(API_RESOURCE)).toContain('users:read');
  });
});
