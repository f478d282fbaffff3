import { COMMAND_LINE } from '#src/features/clients/index.ts';
import type { Rooms } from '../rooms.ts';
import { refuseClient } from './client-refused.ts';

/** What may be done about an application, and how it then is. */
const DONE = { disable: 'disabled', enable: 'active', delete: 'deleted' } as const;

export type ClientAct = keyof typeof DONE;

interface ManageOptions {
  readonly id: string;
  readonly act: ClientAct;
}

interface ManagedClient {
  readonly client_id: string;
  readonly status: (typeof DONE)[ClientAct];
}

/** Disables, enables or deletes an application; servers that run know of it within seconds. */
export async function run(
  { clientAdministration: clients }: Pick<Rooms, 'clientAdministration'>,
  { id, act }: ManageOptions,
): Promise<ManagedClient> {
  const status = DONE[act];
  const ending =
    status === 'deleted'
      ? await clients.remove(COMMAND_LINE, id)
      : await clients.setStatus(COMMAND_LINE, id, { status });
  if (!ending.ok) return refuseClient(ending.reason);
  return { client_id: id, status };
}

export function say({ client_id: id, status }: ManagedClient): string {
  return `${id} is ${status}.`;
}
