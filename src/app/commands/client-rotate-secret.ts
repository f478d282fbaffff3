import { COMMAND_LINE } from '#src/features/clients/index.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';
import { refuseClient } from './client-refused.ts';

interface RotationOptions {
  readonly id: string;
  /** Hours, as they were written; a day unless told. */
  readonly overlapHours?: string;
}

interface RotatedSecret {
  readonly client_id: string;
  readonly client_secret: string;
}

/** Gives an application a new secret, told here and never again; the one before stays valid for a while. */
export async function run(
  { clientSecrets }: Pick<Rooms, 'clientSecrets'>,
  { id, overlapHours }: RotationOptions,
): Promise<RotatedSecret> {
  const overlap = overlapHours !== undefined && { overlap: hoursOf(overlapHours) * HOUR };
  const made = await clientSecrets.rotate(COMMAND_LINE, id, { ...overlap });
  if (!made.ok) return refuseClient(made.reason);
  return { client_id: id, client_secret: made.value.secret };
}

export function say({ client_id: id, client_secret: secret }: RotatedSecret): string {
  return `client_id      ${id}\nclient_secret  ${secret}\nThe secret is not shown again.`;
}

const MOST_HOURS = 720;

function hoursOf(text: string): number {
  const hours = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (hours <= MOST_HOURS) return hours;
  const fault = `Use whole hours, 0 to ${MOST_HOURS}.`;
  throw new InvalidInput('The secret stays as it is.', { 'overlap-hours': fault });
}
