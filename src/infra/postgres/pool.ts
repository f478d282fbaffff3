import { Client, Pool as PgPool } from 'pg';
import { InvalidInput, Unavailable } from '#src/kernel/faults.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { connectionOf, type Tls } from './connection.ts';

export interface PoolSettings {
  readonly url: string;
  readonly poolSize?: number;
  /** How long a unit waits for a connection, a new one's making included. */
  readonly poolWaitMs?: number;
  /** How long the check at start waits for each of its tries. */
  readonly connectTimeoutMs?: number;
  /** After which a statement is given up, by the server and, should that be gone, by us (ADR 0025). */
  readonly statementTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly tls?: Tls;
}

export interface Patience {
  sleep(milliseconds: number): Promise<void>;
  /** From 0 to less than 1. */
  random(): number;
}

/** Lends connections; only units of work, and what is done before there are any, ask it for one. */
export type Pool = PgPool;

export const STATEMENT_TIMEOUT_MS = 1500;

const TRIES = 5;
const FIRST_PAUSE_MS = 250;

/**
 * Connections that fail fast: each wait is bounded, nothing is asked of the server at start-up
 * that PgBouncer refuses, and an idle connection that dies is a line in the log, not the process's end.
 */
export function createPool(settings: PoolSettings, logger: Logger): Pool {
  const pool = new PgPool({
    ...connectionOf(settings.url, settings.tls),
    max: settings.poolSize ?? 10,
    connectionTimeoutMillis: settings.poolWaitMs ?? 1000,
    query_timeout: settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    idleTimeoutMillis: settings.idleTimeoutMs ?? 30_000,
    keepAlive: true,
  });
  pool.on('error', (error) =>
    logger.warn({ error: error.message }, 'An idle database connection was lost'),
  );
  return pool;
}

/**
 * A pool whose database has answered: five tries with exponential backoff and jitter, then one clear
 * error (R1.3).
 */
export async function connect(
  settings: PoolSettings,
  logger: Logger,
  patience: Patience,
): Promise<Pool> {
  for (let attempt = 1; ; attempt += 1) {
    const problem = await greet(settings);
    if (problem === undefined) return createPool(settings, logger);
    if (attempt === TRIES) {
      throw new Unavailable(`Postgres did not answer, ${TRIES} tries made: ${problem.message}`, {
        cause: problem,
      });
    }
    const pause = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + patience.random() / 2);
    logger.warn({ attempt, error: problem.message }, 'Postgres does not answer yet');
    await patience.sleep(pause);
  }
}

async function greet(settings: PoolSettings): Promise<Error | undefined> {
  const timeout = settings.connectTimeoutMs ?? 10_000;
  const client = new Client({
    ...connectionOf(settings.url, settings.tls),
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
  });
  // The driver emits as well as rejects when a connection breaks; what matters is what it rejects with.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await client.end();
  }
}
