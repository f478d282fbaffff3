/**
 * `npm run audit-bench -- [--entries 1000000] [--tenants 5] [--pages 200]`
 *
 * Fills an audit log of a server of its own over the last twelve months, links it, and prints what it
 * costs to record an entry, how long filtered pages take, and how long verifying does. Ends with 1 when
 * recording costs a millisecond of this process, a page in twenty takes 300 ms, verifying a million
 * entries takes a minute, or anything is found wrong.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ACTIONS, type Action } from '#src/features/audit/catalogue.ts';
import {
  createAudit,
  createAuditStore,
  createChainStore,
  createChains,
  createReadingStore,
} from '#src/features/audit/index.ts';
import type { Conditions } from '#src/features/audit/reading.store.ts';
import { createAuditKeys } from '#src/infra/crypto/audit-keys.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { launch } from '#src/infra/postgres/embedded.ts';
import { migrate } from '#src/infra/postgres/migrate.ts';
import { createPool, type Pool } from '#src/infra/postgres/pool.ts';
import { createUnits } from '#src/infra/postgres/units.ts';
import { DAY, later } from '#src/kernel/clock.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { createTestClock } from '../clock.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    tenants: { type: 'string', default: '5' },
    pages: { type: 'string', default: '200' },
  },
});
const ENTRIES = Number(values.entries);
const PAGES = Number(values.pages);
const TOGETHER = 1000;
const SYSTEM: Scope = { kind: 'system', job: 'bench' };
const WORDS = Object.keys(ACTIONS) as readonly Action[];
const TENANTS = Array.from({ length: Number(values.tenants) }, () => tenantId(randomUUID()));
const USERS = Array.from({ length: 2000 }, () => randomUUID());

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};

try {
  await using ground = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'avian-audit-bench-'));
  ground.defer(() => rm(dir, { recursive: true, force: true }));
  const postgres = await launch({ dir: join(dir, 'pg'), logger: quiet });
  ground.defer(() => postgres.stop());
  await migrate({ url: postgres.url, logger: quiet });
  const pool = createPool({ url: postgres.url, statementTimeoutMs: 60_000 }, quiet);
  ground.defer(() => pool.end());
  const slow = await bench(pool);
  if (slow.length > 0) throw new Error(`Too slow, or wrong: ${slow.join(', ')}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function bench(pool: Pool): Promise<readonly string[]> {
  const units = createUnits(pool, { statementTimeoutMs: 60_000 });
  const from = later(createTestClock(new Date()).now(), -365 * DAY);
  const clock = createTestClock(from);
  const ids = createIds(clock);
  const keys = createAuditKeys({ seal: Buffer.alloc(32, 1), sign: Buffer.alloc(32, 2) });
  const audit = createAudit({ units, store: createAuditStore(), clock, ids, keys });
  const store = createChainStore();
  const chains = createChains({ units, store, keys, audit, clock, days: 365 });
  const reading = createReadingStore();
  const step = (365 * DAY) / ENTRIES;
  let written = 0;
  const record = () => {
    written += 1;
    clock.set(later(from, written * step));
    return audit.recordAlone({
      action: any(WORDS),
      outcome: randomInt(10) < 8 ? 'success' : 'refused',
      actor: { kind: 'user', id: any(USERS) as never, tenantId: any(TENANTS) },
      tenantId: any(TENANTS),
      resource: { type: 'user', id: any(USERS) },
      origin: { address: '192.0.2.7', userAgent: 'Mozilla/5.0', requestId: randomUUID() },
      details: { before: { role: 'user' }, after: { role: 'tenant_admin' } },
    });
  };

  await audit.prepare(12);
  const filling = await timed(async () => {
    for (let left = ENTRIES; left > 0; left -= TOGETHER) {
      await Promise.all(Array.from({ length: Math.min(left, TOGETHER) }, record));
    }
  });
  const perEntry = filling.cpuMs / ENTRIES;
  say(`${ENTRIES} entries recorded`, filling.ms, `${(perEntry * 1000).toFixed(0)} µs of CPU each`);

  const linking = await timed(async () => {
    while ((await chains.link(5000)) > 0);
    await chains.sign(quiet);
  });
  say('linked', linking.ms, `${((linking.cpuMs * 1000) / ENTRIES).toFixed(0)} µs of CPU each`);
  await pool.query('vacuum analyze');

  const times: number[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const where = aFilter();
    const after = { at: later(from, randomInt(365) * DAY), id: randomUUID() };
    const read = () => units.run(SYSTEM, (unit) => reading.page(unit, { where, after, limit: 51 }));
    times.push((await timed(read)).ms);
  }
  const p95 = times.toSorted((one, other) => one - other)[Math.floor(PAGES * 0.95)] ?? 0;
  say('a filtered page, 95 of 100 within', p95, `the slowest ${Math.max(...times).toFixed(0)} ms`);

  const verifying = await timed(async () => {
    const { wrong, verified } = await chains.verify();
    if (wrong > 0 || verified !== ENTRIES) throw new Error(`${wrong} wrong of ${verified}`);
  });
  say(
    'verified',
    verifying.ms,
    `${((verifying.cpuMs * 1000) / ENTRIES).toFixed(0)} µs of CPU each`,
  );

  return [
    ...(perEntry >= 1 ? ['recording'] : []),
    ...(p95 >= 300 ? ['pages'] : []),
    ...((verifying.ms / ENTRIES) * 1e6 >= 60_000 ? ['verifying'] : []),
  ];
}

/** One of the ways people look through a log. */
function aFilter(): Conditions {
  const inTenant = { tenantId: any(TENANTS) };
  return any<Conditions>([
    inTenant,
    { ...inTenant, actions: [any(WORDS)] },
    { ...inTenant, actor: any(USERS) },
    { ...inTenant, user: any(USERS) },
    { ...inTenant, resourceType: 'user', resourceId: any(USERS) },
    { ...inTenant, outcome: 'refused' },
    { actions: WORDS.slice(0, 10) },
  ]);
}

function any<Item>(items: readonly Item[]): Item {
  const item = items[randomInt(items.length)];
  if (item === undefined) throw new RangeError('There is nothing to choose from');
  return item;
}

async function timed(work: () => Promise<unknown>): Promise<{ ms: number; cpuMs: number }> {
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - from, cpuMs: (user + system) / 1000 };
}

function say(what: string, ms: number, more: string): void {
  const time = ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
  console.log(`${what}: ${time}; ${more}`);
}
