import { Cluster, type Redis } from 'ioredis';
import type { Logger } from '#src/kernel/ports.ts';

/**
 * Tells of every server once when it goes and once when it comes back, however often the client tries
 * in between. Errors of the client are thereby heard; unheard, it would print them itself.
 */
export function watch(client: Redis | Cluster, logger: Logger): void {
  const states = new Map<string, boolean>();

  function tell(server: string, answers: boolean, reason?: string): void {
    if (states.get(server) === answers) return;
    states.set(server, answers);
    if (answers) logger.info({ server }, 'Redis answers');
    else logger.warn({ server, reason }, 'Redis does not answer');
  }

  if (client instanceof Cluster) {
    client.on('node error', (error: Error, server: string) => tell(server, false, error.message));
    client.on('+node', (node: Redis) => node.on('ready', () => tell(serverOf(node), true)));
  }
  const name = client instanceof Cluster ? 'cluster' : serverOf(client);
  client.on('error', (error: Error) => tell(name, false, error.message));
  client.on('reconnecting', () => tell(name, false, 'The connection was lost'));
  client.on('ready', () => tell(name, true));
}

function serverOf({ options }: Redis): string {
  return options.sentinels ? `master ${options.name}` : `${options.host}:${options.port}`;
}
