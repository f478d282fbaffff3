import type { SignOuts } from '#src/features/account/index.ts';
import { NotFound } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';
import { tenantNamed } from './tenant-named.ts';

interface SignOutOptions {
  /** The tenant's slug. */
  readonly tenant: string;
  readonly email: string;
}

interface SignedOutUser {
  readonly id: string;
  /** As it is kept: normalised. */
  readonly email: string;
}

/** Ends every session of a user, applications included; throws `NotFound` where the tenant has nobody with this address. */
export async function run(
  { tenancy, signOuts }: Pick<Rooms, 'tenancy'> & { readonly signOuts: SignOuts },
  { tenant, email }: SignOutOptions,
): Promise<SignedOutUser> {
  const { id: tenantId, slug } = await tenantNamed(tenancy, tenant);
  const ended = await signOuts.everywhere({ tenantId, email });
  if (!ended.ok) throw new NotFound(`There is no user with this e-mail address in "${slug}".`);
  return ended.value;
}

export function say({ id, email }: SignedOutUser): string {
  return `Signed ${email} (${id}) out everywhere.`;
}
