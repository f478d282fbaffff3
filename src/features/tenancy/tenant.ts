import type { TenantId } from '#src/kernel/ids.ts';

/** Of a tenant that is not active, nobody signs in and no session lives. */
export const TENANT_STATUSES = ['active', 'suspended', 'deleting'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

/** A party whose people and data are kept apart from all others'. */
export interface Tenant {
  readonly id: TenantId;
  /** What people and commands call it: unique, and part of no secret. */
  readonly slug: string;
  readonly name: string;
  readonly status: TenantStatus;
  /** Since when it is suspended, if it is; a deletion that is taken back leaves it so. */
  readonly suspendedAt: Date | null;
  /** When it is gone for good, if it is to be. */
  readonly deletesAt: Date | null;
  /** The operator's own: the one super_admins belong to (ADR 0002). */
  readonly operator: boolean;
  /** Whether somebody registers here whom neither an application nor an address sent elsewhere. */
  readonly isDefault: boolean;
  readonly registration: Registration;
  /** With registration by domain: what addresses may end in. */
  readonly registrationDomains: readonly string[];
  readonly passwordRules: PasswordRules;
  /** How many days a password holds; null says for ever (R6.5). */
  readonly passwordDays: number | null;
  /** How many sessions a person may be in at once; null says any number. */
  readonly sessionLimit: number | null;
  /** What ends a session as suspicious (R7.8). */
  readonly sessionWatch: readonly SessionSignal[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Who may make an account: nobody, who was invited, who has an address of some domains, everybody. */
export const REGISTRATIONS = ['off', 'invite', 'domain', 'open'] as const;
export type Registration = (typeof REGISTRATIONS)[number];

/** Which rules a password must meet: classes of characters, or length and blocklist alone (NIST SP 800-63B-4). */
export const PASSWORD_RULES = ['composition', 'nist'] as const;
export type PasswordRules = (typeof PASSWORD_RULES)[number];

/** What can be watched for, and ends a session as suspicious where it is (R7.8). */
export const SESSION_SIGNALS = ['browser-changed', 'refresh-token-reused', 'two-places'] as const;
export type SessionSignal = (typeof SESSION_SIGNALS)[number];

/** What of a tenant its administrator sets. */
export type TenantSettings = Pick<
  Tenant,
  | ('name' | 'isDefault' | 'registration' | 'registrationDomains')
  | ('passwordRules' | 'passwordDays' | 'sessionLimit' | 'sessionWatch')
>;

export function settingsOf(tenant: Tenant): TenantSettings {
  const { name, isDefault, registration, registrationDomains } = tenant;
  const { passwordRules, passwordDays, sessionLimit, sessionWatch } = tenant;
  return {
    ...{ name, isDefault, registration, registrationDomains },
    ...{ passwordRules, passwordDays, sessionLimit, sessionWatch },
  };
}
