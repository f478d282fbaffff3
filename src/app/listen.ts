import { createServer, type RequestListener, type Server } from 'node:http';
import type { Lifecycle } from '#src/features/monitoring/index.ts';
import { SECOND } from '#src/kernel/clock.ts';
import type { Config } from './config/config.ts';

/** How long what comes from outside may take, in milliseconds. */
export interface Patience {
  readonly headers: number;
  readonly request: number;
  /** How often it is looked whether somebody has taken longer. */
  readonly look: number;
  /** For the next request on a connection. */
  readonly idle: number;
  /** For requests under way once the server is asked to stop. */
  readonly ending: number;
}

const USUAL: Patience = {
  headers: 10 * SECOND,
  request: 30 * SECOND,
  look: 2 * SECOND,
  // Longer than proxies keep theirs: who closes first must not be the one who is asked.
  idle: 65 * SECOND,
  ending: 10 * SECOND,
};

export interface ListenDeps {
  readonly listener: RequestListener;
  readonly lifecycle: Lifecycle;
  /** In place of the usual. */
  readonly patience?: Partial<Patience>;
}

/**
 * Listens where the configuration says. A client that dawdles over its request is cut off (security case
 * 197). Disposing of it takes no new connection, lets requests under way end, and then cuts off what is left.
 */
export async function listen(
  { listener, lifecycle, patience }: ListenDeps,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<AsyncDisposable> {
  const times = { ...USUAL, ...patience };
  const server = createServer({
    headersTimeout: times.headers,
    requestTimeout: times.request,
    connectionsCheckingInterval: times.look,
    keepAliveTimeout: times.idle,
  });
  server.on('request', (request, response) => {
    // The next request of this client goes to an instance that stays.
    if (lifecycle.stopping) response.setHeader('Connection', 'close');
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    listener(request, response);
  });
  await opened(server, host, port);
  return { [Symbol.asyncDispose]: () => closed(server, times.ending) };
}

function opened(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause) => {
    reject(
      new Error(`Port ${port} at ${host} can't be listened on; PORT names another`, { cause }),
    );
  });
  server.listen(port, host, resolve);
  return promise;
}

function closed(server: Server, patience: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const impatient = setTimeout(() => server.closeAllConnections(), patience);
  server.close(() => {
    clearTimeout(impatient);
    resolve();
  });
  server.closeIdleConnections();
  return promise;
}
