import type { Registration, TenantSettings } from '#src/features/tenancy/index.ts';
import { NotFound } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';

export interface TenantChanges {
  readonly slug: string;
  readonly name?: string;
  readonly registration?: Registration;
  /** With registration by domain: what addresses may end in. */
  readonly registrationDomain?: readonly string[];
  readonly passwordRules?: TenantSettings['passwordRules'];
  /** A number of days, or "never". */
  readonly passwordDays?: string;
  /** Whether those register here whom nothing sent elsewhere. */
  readonly default?: boolean;
}

interface UpdatedTenant extends TenantSettings {
  readonly slug: string;
}

/** Sets what is given of a tenant; throws `NotFound` where there is none of that name. */
export async function run(
  { tenancy }: Pick<Rooms, 'tenancy'>,
  { slug, ...changes }: TenantChanges,
): Promise<UpdatedTenant> {
  const updated = await tenancy.update(slug, settingsOf(changes));
  if (!updated.ok) throw new NotFound(`There is no tenant "${slug}".`);
  const { name, isDefault, registration, registrationDomains, passwordRules, passwordDays } =
    updated.value;
  return { slug, name, isDefault, registration, registrationDomains, passwordRules, passwordDays };
}

function settingsOf(changes: Omit<TenantChanges, 'slug'>): Partial<TenantSettings> {
  const { name, registration, registrationDomain, passwordRules, passwordDays } = changes;
  return {
    ...(name !== undefined && { name }),
    ...(registration !== undefined && { registration }),
    ...(registrationDomain !== undefined && { registrationDomains: registrationDomain }),
    ...(passwordRules !== undefined && { passwordRules }),
    ...(passwordDays !== undefined && { passwordDays: daysOf(passwordDays) }),
    ...(changes.default !== undefined && { isDefault: changes.default }),
  };
}

/** What is no number is left to the room to refuse. */
function daysOf(text: string): number | null {
  if (text === 'never') return null;
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

export function say(tenant: UpdatedTenant): string {
  const { slug, registration, registrationDomains, passwordRules, passwordDays, isDefault } =
    tenant;
  const domains = registration === 'domain' ? ` (${registrationDomains.join(', ')})` : '';
  const days = passwordDays === null ? 'never expire' : `expire after ${passwordDays} days`;
  return [
    `Tenant ${slug}${isDefault ? ', the default one' : ''}: ${tenant.name}.`,
    `Registration: ${registration}${domains}. Passwords: ${passwordRules}, and ${days}.`,
  ].join('\n');
}
