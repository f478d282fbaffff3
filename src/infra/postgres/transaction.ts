import {
  DatabaseError,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import { withBigint } from './connection.ts';
import { type Preface, PrefacedQuery } from './prefaced-query.ts';

/** The raw driver, for hand-written SQL inside a unit. One statement a call; its values are bound. */
export interface Client {
  query<Row extends QueryResultRow = QueryResultRow>(
    query: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<Row>>;
}

/** One transaction on a borrowed connection: it begins with the first statement, in the same round trip. */
export interface Transaction {
  readonly client: Client;
  /** Commits what was done; throws when the server rolled it back instead. */
  commit(): Promise<void>;
  /** Undoes what was done, as far as the connection still answers. */
  rollback(): Promise<void>;
  /** Whether the next borrower may have the connection: in step with the server, and in no transaction. */
  isReusable(): boolean;
}

/** `many`: a transaction block until `commit`. `one`: a single statement that is committed once answered. */
export type Extent = 'many' | 'one';

const BEGIN: Preface = { text: 'begin', values: [] };

/**
 * A transaction whose every statement stands behind `preface`.
 *
 * Statements are sent one after another, whoever awaits them, and none once it has ended: a handle that
 * somebody kept says so instead of reaching into the next borrower's transaction. Should the beginning
 * itself fail, nothing that follows is sent.
 */
export function createTransaction(
  connection: PoolClient,
  preface: Preface,
  extent: Extent,
): Transaction {
  let stage: 'new' | 'open' | 'over' = 'new';
  let inStep = true;
  let lost: unknown;
  let tail: Promise<unknown> = Promise.resolve();

  async function send(config: QueryConfig): Promise<QueryResult> {
    if (stage === 'over') throw new TypeError(extent === 'many' ? FINISHED : ONE_ONLY);
    const before = stage === 'open' ? [] : extent === 'many' ? [BEGIN, preface] : [preface];
    try {
      return await submit(connection, before, config);
    } catch (error) {
      // What the server itself reports leaves both in step; a time-out or a broken line does not.
      inStep &&= error instanceof DatabaseError;
      lost = error;
      throw error;
    } finally {
      stage = extent === 'many' && connection.getTransactionStatus() !== 'I' ? 'open' : 'over';
    }
  }

  /** After all that was asked for before, even what nobody awaited. Answers what the server did, if there was anything to end. */
  async function end(command: 'commit' | 'rollback'): Promise<string | undefined> {
    await tail;
    const open = stage === 'open' && inStep;
    stage = 'over';
    if (!open) return undefined;
    inStep = false;
    const result = await connection.query(command);
    inStep = true;
    return result.command;
  }

  return {
    client: {
      query(query, values) {
        const answer = tail.then(() => send(configOf(query, values)));
        tail = answer.catch(() => undefined); // its own caller is told
        return answer as Promise<QueryResult<never>>;
      },
    },
    async commit() {
      const ending = await end('commit');
      if (ending === 'ROLLBACK' || (ending === undefined && lost))
        throw new Error(SWALLOWED, { cause: lost });
    },
    async rollback() {
      await end('rollback');
    },
    isReusable: () => inStep && connection.getTransactionStatus() === 'I',
  };
}

function submit(
  connection: PoolClient,
  before: readonly Preface[],
  config: QueryConfig,
): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    connection.query(
      new PrefacedQuery(before, config, (error, result) =>
        error ? reject(error) : resolve(result),
      ),
    );
  });
}

/**
 * No name, since a prepared statement would outlive the transaction. The parsers that drizzle brings
 * leave instants unread for its own mapping, which only rows in array mode go through.
 */
function configOf(query: string | QueryConfig, values: unknown[] | undefined): QueryConfig {
  const { name: _, types, ...config } = typeof query === 'string' ? { text: query } : query;
  const mapped = types && 'rowMode' in config && config.rowMode === 'array';
  return {
    ...config,
    ...(mapped && { types: withBigint((oid, format) => types.getTypeParser(oid, format)) }),
    ...(values && { values }),
  };
}

const FINISHED = 'This unit is finished, or it never began: nothing more can be asked of it';
const ONE_ONLY = 'This unit is for a single statement, and that has been sent';
const SWALLOWED =
  'The unit could not be committed: a statement in it had failed, and the failure was swallowed';
