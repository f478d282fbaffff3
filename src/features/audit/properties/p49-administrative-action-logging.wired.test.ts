import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { client } from '#src/infra/postgres/units.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { type Stage, setStage } from '#src/testing/journeys/stage.ts';
import { property } from '#src/testing/property.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { aUse, runUse, SECRET, USES } from '#src/testing/uses.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Every operation that changes something. */
const changes = () => stage.avian.api.operations.filter(({ method }) => method !== 'GET');

async function entriesBy(scope: AdminScope) {
  const { units } = stage.avian.core;
  return units.run({ kind: 'system', job: 'test' }, async (unit) => {
    const found = await client(unit).query<{
      action: string;
      outcome: string;
      tenant_id: string | null;
      details: { readonly before?: object; readonly after?: object };
    }>('select action, outcome, tenant_id, details from audit_entries where actor_id = $1', [
      scope.by.actor.id,
    ]);
    return found.rows;
  });
}

/** Ends of sessions follow from other changes: then their entries are beside the change's own. */
const FOLLOWS = 'session.all-ended';

property(49, 'Administrative Action Logging', () => {
  it('knows a use of every operation that changes something', () => {
    expect(Object.keys(USES).toSorted()).toEqual(
      changes()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('leaves one entry of every change, with what was and what is, and no secret', async () => {
    const all = changes().map(({ id }) => id);
    const names = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
    const anOperation = fc.constantFrom(...all);
    const name = names.map((text) => `N ${text.trim().replace(/\s+/g, ' ')}`.trim());
    await fc.assert(
      fc.asyncProperty(anOperation, name, async (id, text) => {
        const { id: tenant, slug } = await stage.aTenant();
        await stage.rooms.tenancy.update(slug, { registration: 'invite' });
        const scope =
          id === 'createTenant' ? operatorOf(tenant) : administratorOf(tenant, 'super_admin');
        const use = await aUse(stage, tenant, id, text);
        const answer = await runUse(stage, scope, id, use);

        const entries = await entriesBy(scope);
        const own = entries.filter(({ action }) => id === 'endUserSessions' || action !== FOLLOWS);
        expect(own, id).toHaveLength(1);
        const [{ outcome, tenant_id, details } = NONE] = own;
        expect([id, outcome]).toEqual([id, 'success']);
        expect([id, tenant_id]).toEqual([id, id === 'createTenant' ? answer?.['id'] : tenant]);
        expect(details, id).toMatchObject(use.says ?? {});
        if (!use.says) expect(['before' in details, 'after' in details], id).toContain(true);
        expect(details, id).toMatchObject({
          ...(use.before && { before: use.before }),
          ...(use.after && { after: use.after }),
        });
        const secrets = [SECRET, answer?.['secret']].filter((secret) => secret !== undefined);
        for (const secret of secrets) expect(JSON.stringify(entries)).not.toContain(secret);
      }),
      { numRuns: 50, examples: all.map((id): [string, string] => [id, 'Ada']) },
    );
  });
});

const NONE = { outcome: undefined, tenant_id: undefined, details: {} };
