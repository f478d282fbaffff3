import { Conflict } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';

interface TenantOptions {
  readonly slug: string;
  readonly name: string;
}

interface CreatedTenant {
  readonly id: string;
  readonly slug: string;
}

/** Creates a tenant; throws `Conflict` where the slug is taken. */
export async function run(
  { tenancy }: Pick<Rooms, 'tenancy'>,
  { slug, name }: TenantOptions,
): Promise<CreatedTenant> {
  const made = await tenancy.create({ slug, name });
  if (!made.ok) throw new Conflict(`There is a tenant "${slug}" already.`);
  return { id: made.value.id, slug: made.value.slug };
}

export function say({ id, slug }: CreatedTenant): string {
  return `Created tenant ${slug} (${id}).`;
}
