import type { Registration, TenantSettings } from '#src/features/tenancy/index.ts';
import { type SessionSignal, settingsOf } from '#src/features/tenancy/tenant.ts';
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
  /** A number, or "none". */
  readonly sessionLimit?: string;
  /** Signals with commas between them, or "none". */
  readonly suspicious?: string;
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
  const updated = await tenancy.update(slug, changesOf(changes));
  if (!updated.ok) throw new NotFound(`There is no tenant "${slug}".`);
  return { slug, ...settingsOf(updated.value) };
}

function changesOf(changes: Omit<TenantChanges, 'slug'>): Partial<TenantSettings> {
  const { name, registration, registrationDomain, passwordRules, passwordDays } = changes;
  const { sessionLimit, suspicious } = changes;
  return {
    ...(name !== undefined && { name }),
    ...(registration !== undefined && { registration }),
    ...(registrationDomain !== undefined && { registrationDomains: registrationDomain }),
    ...(passwordRules !== undefined && { passwordRules }),
    ...(passwordDays !== undefined && { passwordDays: numberOf(passwordDays, 'never') }),
    ...(sessionLimit !== undefined && { sessionLimit: numberOf(sessionLimit, 'none') }),
    ...(suspicious !== undefined && { sessionWatch: signalsOf(suspicious) }),
    ...(changes.default !== undefined && { isDefault: changes.default }),
  };
}

/** What is no number is left to the room to refuse. */
function numberOf(text: string, unbounded: string): number | null {
  if (text === unbounded) return null;
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

/** An unknown one is likewise the room's to refuse. */
function signalsOf(text: string): readonly SessionSignal[] {
  return text === 'none' ? [] : (text.split(',').map((word) => word.trim()) as SessionSignal[]);
}

export function say(tenant: UpdatedTenant): string {
  const { slug, registration, registrationDomains, passwordRules, passwordDays, isDefault } =
    tenant;
  const { sessionLimit, sessionWatch } = tenant;
  const domains = registration === 'domain' ? ` (${registrationDomains.join(', ')})` : '';
  const days = passwordDays === null ? 'never expire' : `expire after ${passwordDays} days`;
  const limit = sessionLimit === null ? 'any number' : `${sessionLimit} at most`;
  const watched = sessionWatch.length === 0 ? 'nothing' : sessionWatch.join(', ');
  return [
    `Tenant ${slug}${isDefault ? ', the default one' : ''}: ${tenant.name}.`,
    `Registration: ${registration}${domains}. Passwords: ${passwordRules}, and ${days}.`,
    `Sessions of a person: ${limit}. Suspicious, and ended: ${watched}.`,
  ].join('\n');
}
