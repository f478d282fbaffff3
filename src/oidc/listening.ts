import type { Clients } from '#src/features/clients/index.ts';

/** Those of some applications that want to hear of a session's end. */
export async function listening(
  clients: Pick<Clients, 'find'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(ids.map((id) => clients.find(id)));
  return found.flatMap((client) => (client?.backchannelLogoutUri ? client.id : []));
}
