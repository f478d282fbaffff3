import { Redis } from 'ioredis';
import type { Logger } from '#src/kernel/ports.ts';
import type { RedisAddress } from './address.ts';
import { listenerOptions } from './options.ts';
import { watch } from './watch.ts';

/**
 * Leaves the master as soon as a sentinel says that another took its place. After a failover that an
 * operator asked for, the old one takes writes for seconds yet, and forgets them.
 */
export function followFailovers(
  client: Redis,
  address: RedisAddress,
  { ca, logger }: { readonly ca?: string | undefined; readonly logger: Logger },
): void {
  for (const node of address.nodes) {
    const sentinel = new Redis(listenerOptions(address, node, ca));
    watch(sentinel, logger);
    sentinel.on('ready', () => {
      // Where it fails, the connection is made anew, and with it this call.
      sentinel.subscribe('+switch-master').catch(() => sentinel.disconnect(true));
    });
    sentinel.on('message', (_channel, message: string) => {
      // A client that is on its way already must not be stopped on it.
      const ours = message.startsWith(`${address.master} `) && client.status === 'ready';
      if (ours) client.disconnect(true);
    });
    client.once('end', () => sentinel.disconnect());
  }
}
