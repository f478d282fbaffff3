import { SERVER, type Tenant } from '#src/features/tenancy/index.ts';
import type { Rooms } from '../rooms.ts';

const PAGE = 100;

/** Every tenant, by slug. */
export async function run({ tenantDesk }: Pick<Rooms, 'tenantDesk'>) {
  const all: Tenant[] = [];
  for (let behind: string | undefined; ; ) {
    const page = await tenantDesk.list(SERVER, {
      limit: PAGE,
      ...(behind !== undefined && { after: behind }),
    });
    all.push(...page.items);
    behind = page.next;
    if (behind === undefined) return { tenants: all.map(shown) };
  }
}

type TenantList = Awaited<ReturnType<typeof run>>;

function shown({ id, slug, name, status, operator, isDefault, ...tenant }: Tenant) {
  return {
    ...{ id, slug, name, status, operator, default: isDefault },
    created_at: tenant.createdAt.toISOString(),
    deletes_at: tenant.deletesAt?.toISOString() ?? null,
  };
}

export function say({ tenants }: TenantList): string {
  if (tenants.length === 0) return 'There is no tenant yet.';
  return tenants
    .map(({ slug, status, name, ...tenant }) => {
      const notes = [
        ...(tenant.operator ? ['the operator’s'] : []),
        ...(tenant.default ? ['the default one'] : []),
        ...(tenant.deletes_at ? [`removed at ${tenant.deletes_at}`] : []),
      ];
      return `${slug.padEnd(20)}  ${status.padEnd(9)}  ${name}${notes.length ? ` (${notes.join(', ')})` : ''}`;
    })
    .join('\n');
}
