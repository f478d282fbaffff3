import { Conflict } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';
import { tenantNamed } from './tenant-named.ts';

export interface UserOptions {
  /** The tenant's slug. */
  readonly tenant: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly verified?: boolean;
  readonly password: string;
}

interface CreatedUser {
  readonly id: string;
  /** As it is kept: normalised. */
  readonly email: string;
}

/** Creates a user with a password; throws `NotFound` for an unknown tenant, `Conflict` for a taken address. */
export async function run(
  { tenancy, users }: Pick<Rooms, 'tenancy' | 'users'>,
  { tenant, email, name, role, verified = false, password }: UserOptions,
): Promise<CreatedUser> {
  const { id: tenantId, operator } = await tenantNamed(tenancy, tenant);
  const made = await users.create({ tenantId, operator, email, name, role, verified, password });
  if (!made.ok) throw new Conflict('There is a user with this e-mail address already.');
  return { id: made.value.id, email: made.value.email };
}

export function say({ id, email }: CreatedUser): string {
  return `Created user ${email} (${id}).`;
}
