import { Conflict } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';

interface TenantOptions {
  readonly slug: string;
  readonly name: string;
  /** The operator's own: the one super_admins belong to. */
  readonly operator?: boolean;
}

interface CreatedTenant {
  readonly id: string;
  readonly slug: string;
}

/** Creates a tenant; throws `Conflict` where the slug is taken, or there is an operator's tenant already. */
export async function run(
  { tenancy }: Pick<Rooms, 'tenancy'>,
  { slug, name, operator = false }: TenantOptions,
): Promise<CreatedTenant> {
  const made = await tenancy.create({ slug, name, operator });
  if (!made.ok && made.reason === 'operator-there')
    throw new Conflict('There is an operator’s tenant already.');
  if (!made.ok) throw new Conflict(`There is a tenant "${slug}" already.`);
  return { id: made.value.id, slug: made.value.slug };
}

export function say({ id, slug }: CreatedTenant): string {
  return `Created tenant ${slug} (${id}).`;
}
