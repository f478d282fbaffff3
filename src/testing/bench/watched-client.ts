import type { Call, HttpClient, Reply } from './http-client.ts';

/** What became of all requests in a stretch of time. */
export interface Watched {
  /** Milliseconds until the slowest was answered. */
  longest: number;
  /** What the slowest asked for. */
  slowest: string;
  /** How many answers there were of each status. */
  readonly statuses: Map<number, number>;
  /** Those that nobody answered, and why. */
  readonly unanswered: string[];
  /** When the last answer came with a status from 500 on. */
  refusedAt: number;
}

export interface WatchedClient extends HttpClient {
  /** What was seen up to now. */
  readonly seen: Readonly<Watched>;
}

/** When a caller gives up. */
const PATIENCE_MS = 10_000;

/** A client that keeps count of what it is answered, and that waits for no answer for ever. */
export function watchedClient(client: HttpClient): WatchedClient {
  const seen: Watched = {
    longest: 0,
    slowest: '',
    statuses: new Map(),
    unanswered: [],
    refusedAt: 0,
  };

  async function call(request: Call): Promise<Reply> {
    const from = performance.now();
    try {
      const reply = await within(PATIENCE_MS, client.call(request));
      seen.statuses.set(reply.status, (seen.statuses.get(reply.status) ?? 0) + 1);
      if (reply.status >= 500) seen.refusedAt = performance.now();
      return reply;
    } catch (error) {
      seen.unanswered.push(`${request.url.pathname}: ${String(error)}`);
      throw error;
    } finally {
      const took = performance.now() - from;
      if (took > seen.longest)
        Object.assign(seen, { longest: took, slowest: request.url.pathname });
    }
  }

  return {
    call,
    seen,
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('No answer.')), milliseconds);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
