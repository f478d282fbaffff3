import { randomBytes, randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type TenantId, tenantId, type UserId, userId } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { aDatabase } from '#src/testing/database.ts';
import { inDatabase, maintain } from '#src/testing/maintenance.ts';
import { createPool, type Pool, type PoolSettings } from './pool.ts';
import { client, createUnits, type Limits, type PostgresUnits } from './units.ts';

/** A logger that keeps what it is told. */
export interface Ledger extends Logger {
  readonly lines: string[];
}

export function aLedger(): Ledger {
  const lines: string[] = [];
  const write = (_fields: unknown, message: string) => void lines.push(message);
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** The Postgres room on a real database, with a maker of rows. */
export interface Bench extends AsyncDisposable {
  readonly pool: Pool;
  readonly units: PostgresUnits;
  readonly logger: Ledger;
  aTenant(): Promise<TenantId>;
  aUser(tenant: TenantId): Promise<{ id: UserId; email: string }>;
  /** A grant with one refresh token of the same digest. */
  aGrant(tenant: TenantId, user: UserId): Promise<string>;
}

export const SYSTEM: Scope = { kind: 'system', job: 'test' };

export function inTenant(tenant: TenantId): Scope {
  return { kind: 'tenant', tenantId: tenant, actor: 'visitor' };
}

export async function aBench(
  settings: Partial<PoolSettings> = {},
  limits: Limits = {},
): Promise<Bench> {
  const logger = aLedger();
  const pool = createPool({ url: settings.url ?? (await aDatabase()), ...settings }, logger);
  const units = createUnits(pool, limits);
  const insert = (text: string, values: unknown[]) =>
    units.run(SYSTEM, (unit) => client(unit).query(text, values));

  return {
    pool,
    units,
    logger,
    async aTenant() {
      const id = tenantId(randomUUID());
      await insert(
        `insert into tenants (id, slug, name, created_at, updated_at) values ($1, $2, 'Flock', $3, $3)`,
        [id, `flock-${mark()}`, NOON],
      );
      return id;
    },
    async aUser(tenant) {
      const id = userId(randomUUID());
      const email = `ada.${mark()}@example.com`;
      await insert(
        `insert into users (id, tenant_id, email, name, sessions_valid_from, created_at, updated_at)
         values ($1, $2, $3, 'Ada', $4, $4, $4)`,
        [id, tenant, email, NOON],
      );
      return { id, email };
    },
    async aGrant(tenant, user) {
      const digest = mark();
      await insert(
        `insert into grants (id_digest, tenant_id, user_id, client_id, payload, created_at, expires_at)
         values ($1, $2, $3, 'app', '{"of":"grant"}', $4, $4)`,
        [digest, tenant, user, NOON],
      );
      await insert(
        `insert into refresh_tokens (id_digest, tenant_id, user_id, client_id, grant_digest, payload, created_at, expires_at)
         values ($1, $2, $3, 'app', $1, '{"of":"token"}', $4, $4)`,
        [digest, tenant, user, NOON],
      );
      return digest;
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

export const NOON = new Date('2030-01-01T12:00:00.000Z');

export function mark(): string {
  return randomBytes(8).toString('hex');
}

/** An empty database whose owner is a login of few rights. */
export async function anOwnedDatabase(
  rights = 'nosuperuser',
): Promise<AsyncDisposable & { readonly url: string; readonly owner: string }> {
  const server = inject('postgresUrl');
  const name = `${inject('templateDatabase')}_${mark()}`;
  const owner = `steward_${mark()}`;
  await maintain(server, async (admin) => {
    await admin.query(`create role ${owner} login ${rights} password '${owner}'`);
    await admin.query(`create database ${name} owner ${owner} template template0`);
  });
  return {
    owner,
    url: inDatabase(server, name).replace(/^(postgres(?:ql)?:\/\/)[^@/]*@/, `$1${owner}:${owner}@`),
    async [Symbol.asyncDispose]() {
      await maintain(server, async (admin) => {
        await admin.query(`drop database ${name}`);
        await admin.query(`drop role ${owner}`);
      });
    },
  };
}
