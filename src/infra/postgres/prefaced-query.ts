import { DatabaseError, Query, type QueryConfig, type QueryResult, type Submittable } from 'pg';

/** A statement that goes before another, and whose rows nobody needs. */
export interface Preface {
  readonly text: string;
  readonly values: readonly string[];
}

/** What the driver's own query class has and its types leave out; custom queries are built on it. */
interface Wire {
  _send(message: Buffer): void;
  once(event: 'readyForQuery' | 'end', listener: () => void): void;
  off(event: 'readyForQuery' | 'end', listener: () => void): void;
  parse(message: { text: string }): void;
  bind(message: { values: readonly string[] }): void;
  execute(message: Record<string, never>): void;
}
interface DriverQuery extends Submittable {
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleError(error: Error, wire: Wire): void;
}
/** What the driver takes and its types leave out. */
type Statement = QueryConfig & { readonly query_timeout?: number };
type Callback = (error: Error | null, result: QueryResult) => void;
const DriverQuery = Query as unknown as new (
  config: QueryConfig & { queryMode: 'extended' },
  values: unknown[] | undefined,
  callback: Callback,
) => DriverQuery;

/**
 * A statement with others before it, all in one round trip and one fate.
 *
 * They share one Sync of the extended protocol: should one fail, the server skips the rest, so that the
 * statement never runs without its preface. Unless the preface begins a transaction block, the whole is
 * a transaction by itself, and committed once answered. Values are bound, never written into the text;
 * a text of several statements is refused by the server.
 */
export class PrefacedQuery extends DriverQuery {
  /** The driver asks for it: in place of the pool's, where the statement has a time-out of its own. */
  readonly query_timeout: number | undefined;
  readonly #preface: readonly Preface[];
  #pending: number;

  constructor(preface: readonly Preface[], config: Statement, callback: Callback) {
    super({ ...config, queryMode: 'extended' }, config.values, callback);
    this.query_timeout = config.query_timeout;
    this.#preface = preface;
    this.#pending = preface.length;
  }

  override prepare(wire: Wire): void {
    const messages: Buffer[] = [];
    const gathering = Object.create(wire, {
      _send: { value: (message: Buffer) => messages.push(message) },
    }) as Wire;
    for (const { text, values } of this.#preface) {
      gathering.parse({ text });
      gathering.bind({ values });
      gathering.execute({});
    }
    super.prepare(gathering);
    // All at once: a dozen small buffers cost the system call several times what one does.
    wire._send(Buffer.concat(messages));
  }

  override handleDataRow(message: unknown): void {
    if (this.#pending === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#pending === 0) super.handleCommandComplete(message, wire);
    else this.#pending -= 1;
  }

  /** Tells of an error when the server is ready again, or gone: only then is it known where the transaction stands. */
  override handleError(error: Error, wire: Wire): void {
    if (!(error instanceof DatabaseError)) {
      super.handleError(error, wire);
      return;
    }
    const tell = () => {
      wire.off('readyForQuery', tell);
      wire.off('end', tell);
      super.handleError(error, wire);
    };
    wire.once('readyForQuery', tell);
    wire.once('end', tell);
  }
}
