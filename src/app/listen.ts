import { createServer, type RequestListener, type Server } from 'node:http';
import { SECOND } from '#src/kernel/clock.ts';
import type { Config } from './config/config.ts';

/** How long requests under way may take to end once the server is asked to stop. */
const PATIENCE = 10 * SECOND;

/** Listens where the configuration says; disposing of it lets requests under way end first. */
export async function listen(
  listener: RequestListener,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<AsyncDisposable> {
  const server = createServer(
    { headersTimeout: 10 * SECOND, requestTimeout: 30 * SECOND, keepAliveTimeout: 65 * SECOND },
    listener,
  );
  await opened(server, host, port);
  return { [Symbol.asyncDispose]: () => closed(server) };
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

function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const impatient = setTimeout(() => server.closeAllConnections(), PATIENCE);
  server.close(() => {
    clearTimeout(impatient);
    resolve();
  });
  server.closeIdleConnections();
  return promise;
}
