import type { Tenant } from '#src/features/tenancy/index.ts';
import { judgeUser } from '#src/features/users/index.ts';
import { DAY } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { done } from '#src/kernel/outcome.ts';
import type { Role } from '#src/kernel/roles.ts';

/** How long an invitation holds. */
export const INVITATION_LIFETIME = 7 * DAY;

/** How many mails of one kind an address gets from here in an hour (security case 125). */
export const MAILS_AN_HOUR = 3;

/** An invitation as it is kept: one an address in a tenant, the newest. */
export interface Invitation {
  readonly id: string;
  readonly tenantId: TenantId;
  /** Normalised. Whoever holds the link reads this mailbox, so it needs no other proof. */
  readonly email: string;
  readonly role: Role;
  readonly tokenDigest: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly spentAt?: Date;
}

/** Why nobody is asked in. */
export type InvitationRefusal = 'email-taken' | 'registration-off' | 'mail-limit' | 'role-too-high';

export function isOpen(invitation: Invitation, now: Date): boolean {
  return !invitation.spentAt && invitation.expiresAt > now;
}

export type Closed = 'closed' | 'by-invitation';

/** Why nobody can register here now, if so. What is closed is so to the invited too (security case 128). */
export function closedTo(
  tenant: Pick<Tenant, 'status' | 'registration'> | undefined,
  isInvited: boolean,
): Closed | undefined {
  if (tenant?.status !== 'active' || tenant.registration === 'off') return 'closed';
  return tenant.registration === 'invite' && !isInvited ? 'by-invitation' : undefined;
}

/** The domains an address must be of to register here; none where any will do. */
export function domainsOf(
  { registration, registrationDomains }: Pick<Tenant, 'registration' | 'registrationDomains'>,
  isInvited: boolean,
): readonly string[] {
  return registration === 'domain' && !isInvited ? registrationDomains : [];
}

/** Whether a normalised address is of one of these very domains: a subdomain is another's. */
function isOfDomains(email: string, domains: readonly string[]): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return domains.length === 0 || domains.some((allowed) => allowed.normalize('NFKC') === domain);
}

interface Typed {
  readonly email: string;
  readonly name: string;
  readonly place: { readonly tenant: Tenant; readonly invitation?: Invitation };
}

/** What an account will be made of, or what does not fit, by field. The invited bring address and role with them. */
export function judgeParticulars({ email, name, place: { tenant, invitation } }: Typed) {
  const asked = invitation ?? { email, role: 'user' };
  try {
    const { operator } = tenant;
    const judged = judgeUser({ email: asked.email, role: asked.role, name, operator });
    const domains = domainsOf(tenant, invitation !== undefined);
    if (isOfDomains(judged.email, domains)) return done(judged);
    return unfit({ email: `Use an address at ${domains.join(' or ')}.` });
  } catch (fault) {
    if (fault instanceof InvalidInput) return unfit(fault.fields);
    throw fault;
  }
}

function unfit(fields: Readonly<Record<string, string>>) {
  return { ok: false, reason: 'unfit', fields } as const;
}
