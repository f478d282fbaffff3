import type { Clients } from '#src/features/clients/index.ts';
import { unsupported } from './adapter.ephemeral.ts';
import { metadataOf } from './client-metadata.ts';
import type { Adapter } from './engine.ts';

/** Clients, read only: the clients' room registers them. A disabled one is not there. */
export function createClientAdapter(clients: Pick<Clients, 'find'>, unusedSecret: string): Adapter {
  return {
    async find(id) {
      const client = await clients.find(id);
      if (client?.status !== 'active') return undefined;
      return metadataOf(client, unusedSecret);
    },
    upsert: unsupported,
    consume: unsupported,
    destroy: unsupported,
    findByUid: unsupported,
    findByUserCode: unsupported,
    revokeByGrantId: unsupported,
  };
}
