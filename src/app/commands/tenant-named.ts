import type { Tenancy, Tenant } from '#src/features/tenancy/index.ts';
import { NotFound } from '#src/kernel/faults.ts';

/** The tenant that a command names by its slug. */
export async function tenantNamed(tenancy: Tenancy, slug: string): Promise<Tenant> {
  const tenant = await tenancy.locate(slug);
  if (!tenant) throw new NotFound(`There is no tenant "${slug.slice(0, 63)}".`);
  return tenant;
}
