import { NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres/session';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { PoolClient } from 'pg';
import { TenantBoundary } from '#src/kernel/faults.ts';
import { isUuid } from '#src/kernel/ids.ts';
import { type Scope, tenantOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { faultOf } from './errors.ts';
import { type Pool, STATEMENT_TIMEOUT_MS } from './pool.ts';
import type { Preface } from './prefaced-query.ts';
import { type Client, createTransaction, type Extent, type Transaction } from './transaction.ts';

/** Drizzle's handle on a unit's transaction; its own `transaction` makes savepoints. */
export type Rows = NodePgTransaction<Record<string, never>, Record<string, never>>;

export interface PostgresUnits extends Units {
  /**
   * For work of a single statement: it travels together with the unit's opening, in one round trip, and is
   * committed once it is answered, before `work` goes on. A second statement is refused.
   */
  once<T>(scope: Scope, work: (unit: Unit) => Promise<T>): Promise<T>;
}

export interface Limits {
  /** The server gives a statement up a little earlier than the pool does, so that the connection survives. */
  readonly statementTimeoutMs?: number;
  /** How long a unit may leave its transaction waiting. */
  readonly idleInUnitMs?: number;
  /**
   * Told, once its connection is given back, of a unit inside a tenant that the database refused for reaching
   * beyond it (R16.5). The unit fails with whatever this fails with.
   */
  readonly onBoundary?: (scope: Scope, fault: TenantBoundary) => Promise<void>;
}

/** Drizzle, inside this unit. Throws for a unit that is finished, or is none of ours. */
export function rows(unit: Unit): Rows {
  const handle = handleOf(unit);
  handle.rows ??= new NodePgTransaction(
    DIALECT,
    new NodePgSession(handle.transaction.client as PoolClient, DIALECT, undefined),
    undefined,
  );
  return handle.rows;
}

/** The driver itself, inside this unit, for hand-written SQL. Throws as `rows` does. */
export function client(unit: Unit): Client {
  return handleOf(unit).transaction.client;
}

/**
 * Units of work on Postgres: each is one transaction that runs as avian_app, confined to its scope by
 * row-level security (R16.6). Role, scope and time-outs are the transaction's own and end with it, so
 * nothing is left for the connection's next borrower, behind PgBouncer in transaction mode either.
 */
export function createUnits(pool: Pool, limits: Limits = {}): PostgresUnits {
  async function run<T>(
    scope: Scope,
    extent: Extent,
    work: (unit: Unit) => Promise<T>,
  ): Promise<T> {
    const preface = opening(scope, limits);
    const connection = await borrow(pool);
    const transaction = createTransaction(connection.client, preface, extent);
    const unit = { scope } as Unit;
    HANDLES.set(unit, { transaction });
    try {
      const value = await work(unit);
      await transaction.commit();
      return value;
    } catch (error) {
      await transaction.rollback().catch(() => undefined); // The connection is given up; the first error is the one to tell.
      throw faultOf(error);
    } finally {
      HANDLES.delete(unit);
      connection.giveBack(transaction.isReusable());
    }
  }

  async function guarded<T>(
    scope: Scope,
    extent: Extent,
    work: (unit: Unit) => Promise<T>,
  ): Promise<T> {
    try {
      return await run(scope, extent, work);
    } catch (error) {
      if (error instanceof TenantBoundary && tenantOf(scope) !== undefined)
        await limits.onBoundary?.(scope, error);
      throw error;
    }
  }

  return {
    run: (scope, work) => guarded(scope, 'many', work),
    once: (scope, work) => guarded(scope, 'one', work),
  };
}

interface Handle {
  readonly transaction: Transaction;
  rows?: Rows;
}

/** Which transaction a unit stands for; an entry lives as long as its unit is open. */
const HANDLES = new WeakMap<Unit, Handle>();

const DIALECT = new PgDialect();

function handleOf(unit: Unit): Handle {
  const handle = HANDLES.get(unit);
  if (!handle) throw new TypeError('This unit is finished, or none of ours');
  return handle;
}

function opening(scope: Scope, limits: Limits): Preface {
  const tenant = 'tenantId' in scope ? scope.tenantId : '';
  if ('tenantId' in scope && !isUuid(tenant)) throw new TypeError('The scope names no tenant');
  const statement = Math.ceil((limits.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS) * 0.9);
  return {
    text: OPENING,
    values: [
      'tenantId' in scope ? 'tenant' : 'system',
      tenant,
      `${statement}`,
      `${limits.idleInUnitMs ?? 10_000}`,
    ],
  };
}

const OPENING = `select set_config('role', 'avian_app', true), set_config('avian.scope', $1, true),
  set_config('avian.tenant', $2, true), set_config('statement_timeout', $3, true),
  set_config('idle_in_transaction_session_timeout', $4, true)`;

/** While borrowed, the pool does not listen: a connection that breaks would end the process. */
async function borrow(pool: Pool) {
  const lost = () => undefined; // the statement under way, or the next, is told
  const client = await pool.connect().catch((error: unknown) => {
    throw faultOf(error);
  });
  client.on('error', lost);
  return {
    client,
    giveBack(reusable: boolean) {
      client.off('error', lost);
      client.release(!reusable);
    },
  };
}
