import type { Rooms } from '../rooms.ts';
import { tenantNamed } from './tenant-named.ts';

interface SignOutOptions {
  readonly slug: string;
}

interface SignedOutTenant {
  readonly slug: string;
  /** How many users there are, in sessions or not. */
  readonly users: number;
}

/** Ends every session of every user of a tenant; throws `NotFound` where there is none of that name. */
export async function run(
  { tenancy, sessions }: Pick<Rooms, 'tenancy' | 'sessions'>,
  { slug: named }: SignOutOptions,
): Promise<SignedOutTenant> {
  const { id, slug } = await tenantNamed(tenancy, named);
  return { slug, users: await sessions.endTenant(id, 'administrator') };
}

export function say({ slug, users }: SignedOutTenant): string {
  return `Signed ${users === 1 ? 'the 1 user' : `all ${users} users`} of ${slug} out everywhere.`;
}
