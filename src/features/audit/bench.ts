import { randomUUID } from 'node:crypto';
import { createAuditKeys } from '#src/infra/crypto/audit-keys.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, type Bench, inTenant, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { createTestClock, type TestClock } from '#src/testing/clock.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import type { Action } from './catalogue.ts';
import { createChainStore } from './chain.pg.ts';
import type { ChainStore } from './chain.store.ts';
import { type Chains, createChains } from './chains.ts';
import type { AuditEvent } from './event.ts';
import type { AuditKeys } from './seal.ts';
import { type Audit, createAudit } from './service.ts';
import { createAuditStore } from './store.pg.ts';

/** An action that no other test records; the catalogue has none of it. */
export const anAction = (): Action => `test.${randomUUID()}` as Action;
/** The log on a database of its own, where nobody else writes, with its chains. */
export interface ChainBench extends AsyncDisposable {
  readonly url: string;
  readonly bench: Bench;
  readonly clock: TestClock;
  readonly keys: AuditKeys;
  readonly store: ChainStore;
  readonly audit: Audit;
  readonly chains: Chains;
  /** Signs, and says what the log was told. */
  sign(): Promise<readonly string[]>;
  /** Writes `count` entries of a tenant, each in a unit of its own; of the server where none is named. */
  write(count: number, tenant?: TenantId): Promise<void>;
  /** Links until nothing is left: transactions of other tests' databases hold it up as well. */
  linkAll(): Promise<number>;
}

/** Long enough ago for any month since to be a year over, whenever this is run. */
const LONG_AGO = new Date('2024-02-10T12:00:00.000Z');

export async function aChainBench(start = LONG_AGO): Promise<ChainBench> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await anOwnDatabase());
  const bench = opening.use(await aBench({ url: database.url }));
  const { units } = bench;
  const clock = createTestClock(start);
  const ids = createIds(clock);
  const secrets = { seal: Buffer.alloc(32, 3), sign: Buffer.alloc(32, 4) };
  const keys = createAuditKeys(secrets);
  const store = createChainStore();
  const audit = createAudit({ units, store: createAuditStore(), clock, ids, keys });
  const chains = createChains({ units, store, keys, clock, audit, days: 365 });
  const opened = opening.move();
  return {
    ...{ url: database.url, bench, clock, keys, store, audit, chains },
    async sign() {
      const told: string[] = [];
      await chains.sign({ info: ({ head }) => void told.push(String(head)) });
      return told;
    },
    async write(count, tenant) {
      for (let number = 0; number < count; number += 1) {
        clock.pass(1);
        await units.run(tenant ? inTenant(tenant) : SYSTEM, (unit) =>
          audit.record(unit, {
            ...AN_EVENT,
            details: { number, deep: { b: [1.5, null], a: 'ü' } },
          }),
        );
      }
    },
    async linkAll() {
      const isLeft = () =>
        units.once(SYSTEM, async (unit) => {
          const { rows } = await client(unit).query(
            `select from audit_entries e where not exists (
             select from audit_links l where l.entry_at = e.at and l.entry_id = e.id) limit 1`,
          );
          return rows.length > 0;
        });
      let linked = 0;
      while (await isLeft()) linked += await chains.link(1000);
      return linked;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const AN_EVENT: AuditEvent = {
  action: 'user.updated',
  outcome: 'success',
  actor: { kind: 'system', id: 'test' },
  resource: { type: 'user', id: '01890000-0000-7000-8000-000000000002' },
  origin: { address: '192.0.2.1', userAgent: 'Firefox', requestId: 'r-1' },
};
