import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { aBench, type Bench } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import type { Claim } from '#src/kernel/idempotency.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { administratorOf, operatorOf } from '#src/testing/scopes.ts';
import { idempotencyContract } from './idempotency.contract.ts';
import { createIdempotencyStore } from './idempotency.pg.ts';
import { createIdempotency } from './idempotency.ts';

let bench: Bench;
let tenant: TenantId;
let other: TenantId;

beforeAll(async () => {
  bench = await aBench();
  [tenant, other] = await Promise.all([bench.aTenant(), bench.aTenant()]);
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('idempotency keys in Postgres', () => {
  const store = createIdempotencyStore();
  idempotencyContract(() => ({
    ...{ store, tenantId: tenant },
    run: (work) => bench.units.run({ kind: 'system', job: 'test' }, work),
  }));
});

const SECRET = 'shown-once-and-never-again';
const ANSWER = { status: 201, headers: { ETag: '"v1"' }, body: `{"secret":"${SECRET}"}` };
const request = (key: string) => ({ key, method: 'POST', path: '/api/clients', content: 'x' });

function createKeys() {
  return createIdempotency({
    ...{ units: bench.units, store: createIdempotencyStore(), clock: createTestClock() },
    digest: createDigest(Buffer.alloc(32, 1)),
    sealer: createSealer([{ id: 'test', key: Buffer.alloc(32, 2) }]),
  });
}

async function keep(claim: Claim): Promise<void> {
  if (claim.kind !== 'first') throw new Error(`The key was ${claim.kind}.`);
  await claim.keep(ANSWER);
}

describe('an answer that is kept', () => {
  it('is given to the same caller again, and to nobody else', async () => {
    const keys = createKeys();
    const scope = administratorOf(tenant);
    await keep(await keys.claim(scope, request('once')));
    expect(await keys.claim(scope, request('once'))).toEqual({ kind: 'answered', answer: ANSWER });
    const colleague = await keys.claim(administratorOf(tenant), request('once'));
    expect(colleague.kind).toBe('first');
    const elsewhere = { ...scope, tenantId: other };
    expect((await keys.claim(elsewhere, request('once'))).kind).toBe('first');
  });

  it('is kept for who works on the whole server as well', async () => {
    const keys = createKeys();
    const scope = operatorOf(tenant);
    await keep(await keys.claim(scope, request('server')));
    expect((await keys.claim(scope, request('server'))).kind).toBe('answered');
  });

  it('stands in the database as a secret, and so does its key', async () => {
    await keep(await createKeys().claim(administratorOf(tenant), request('a-key-to-find')));
    const { rows } = await bench.units.run({ kind: 'system', job: 'test' }, (unit) =>
      client(unit).query<{ row: string }>('select k::text as row from idempotency_keys k'),
    );
    const kept = rows.map(({ row }) => row).join('\n');
    expect(kept).toContain('v1.test.');
    expect(kept).not.toContain(SECRET);
    expect(kept).not.toContain('a-key-to-find');
  });
});
