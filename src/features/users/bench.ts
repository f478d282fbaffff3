import { randomBytes } from 'node:crypto';
import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createSessionStore, createSessions } from '#src/features/sessions/index.ts';
import { withOperators } from '#src/features/tenancy/bench.ts';
import { createTenantStore } from '#src/features/tenancy/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { aBench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { type TenantId, userId } from '#src/kernel/ids.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createAdministration } from './administration.ts';
import { createDirectory } from './directory.ts';
import { createEnrolment } from './enrolment.ts';
import { newUser } from './service.ts';
import { createUserStore } from './store.pg.ts';
import type { User } from './user.ts';

/** What the log has of one act. */
export interface Entry {
  readonly action: string;
  readonly outcome: string;
  readonly tenant_id: string | null;
  readonly actor_id: string | null;
  readonly resource_id: string | null;
  readonly address: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The room as administrators use it, on a real database, at a time that stands still. */
export async function anAdministrationBench() {
  const bench = await aBench();
  const { units } = bench;
  const clock = createTestClock(new Date('2030-06-01T12:00:00.500Z'));
  const ids = createIds();
  const store = createUserStore();
  const { tenants, operators } = withOperators(createTenantStore());
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const sessions = createSessions({
    ...{ units, store: createSessionStore(), users: store, tenants, audit, clock },
    outbox: { logout: async () => undefined, mail: async () => true },
    applications: { of: async () => [] },
    digest: createDigest(randomBytes(32)),
    issuer: 'https://id.test',
  });
  const reserved = new Set<string>();
  const welcomed: string[] = [];
  const shared = { units, store, tenants, audit, clock, ids };

  return {
    ...shared,
    ...{ bench, sessions, reserved, welcomed },
    directory: createDirectory(shared),
    administration: createAdministration({
      ...shared,
      followers: { endSessions: sessions.endAll },
    }),
    enrolment: createEnrolment({
      ...shared,
      credentials: { prepare: async (password) => `#${password}`, put: async () => true },
      reserved: async (_, email) => reserved.has(email),
      welcome: async (_, { email }) => welcomed.push(email) > 0,
    }),
    async aTenant(over: { readonly operator?: boolean } = {}): Promise<TenantId> {
      const id = await bench.aTenant();
      if (over.operator) operators.add(id);
      return id;
    },
    /** Somebody who can sign in, unless told. */
    async aPerson(tenantId: TenantId, over: Partial<User> = {}): Promise<User> {
      const email = `ada.${mark()}@x.test`;
      const particulars = { tenantId, email, name: 'Ada', role: 'user', verified: true } as const;
      const drafted = { ...particulars, selfRegistered: false };
      const user = { ...newUser(drafted, userId(ids.uuid()), clock.now()), ...over };
      await units.run(inTenant(tenantId), (unit) => store.insert(unit, user));
      return user;
    },
    find: (user: Pick<User, 'id'>) => units.run(SYSTEM, (unit) => store.find(unit, user.id)),
    /** The entries of a tenant, the oldest first. */
    entriesOf: (tenantId: TenantId) =>
      units.run(SYSTEM, async (unit) => {
        const found = await client(unit).query<Entry & Record<string, unknown>>(
          `select action, outcome, tenant_id, actor_id, resource_id, address, details
           from audit_entries where tenant_id = $1 order by id`,
          [tenantId],
        );
        return found.rows;
      }),
    count: (text: string, ...values: unknown[]) =>
      units.run(SYSTEM, async (unit) => {
        const found = await client(unit).query<{ n: number }>(text, values);
        return found.rows[0]?.n;
      }),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
