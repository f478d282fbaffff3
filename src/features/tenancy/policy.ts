import { refuseFaults } from '#src/kernel/faults.ts';
import { isUuid } from '#src/kernel/ids.ts';
import { normaliseName } from '#src/kernel/text.ts';
import { SESSION_SIGNALS, type TenantSettings } from './tenant.ts';

export interface TenantDraft {
  readonly slug: string;
  readonly name: string;
  /** The operator's own: there is one at most. */
  readonly operator?: boolean;
}

/** What a new tenant starts with. */
export const PRESETS = {
  isDefault: false,
  registration: 'off',
  registrationDomains: [],
  passwordRules: 'composition',
  passwordDays: 90,
  sessionLimit: null,
  sessionWatch: SESSION_SIGNALS,
} as const satisfies Omit<TenantSettings, 'name'>;

/** Names that an address, a host or a person could take for the server itself. */
const RESERVED: ReadonlySet<string> = new Set(
  `account admin administrator api assets auth authorize avian console docs health healthz help
  interaction jwks live login logout mail me metrics null oauth oauth2 oidc openid public ready
  recovery register registration request reset root security self server session sign-in signin
  sign-out signout signup sso static status support system tenant tenants token undefined user
  userinfo users verification verify well-known www`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The draft as it will be kept; throws `InvalidInput` with every fault by field. */
export function judgeTenant(draft: TenantDraft): Required<TenantDraft> {
  const name = normaliseName(draft.name);
  refuseFaults('The tenant is not valid.', { slug: slugFault(draft.slug), name: nameFault(name) });
  return { slug: draft.slug, name, operator: draft.operator ?? false };
}

/** Settings as they will be kept; throws `InvalidInput` with every fault by field. */
export function judgeSettings(settings: TenantSettings): TenantSettings {
  const name = normaliseName(settings.name);
  const domains = settings.registrationDomains.map((domain) => domain.trim().toLowerCase());
  const { registration, passwordDays, sessionLimit, sessionWatch } = settings;
  refuseFaults('The settings are not valid.', {
    name: nameFault(name),
    registrationDomains: domainsFault(registration === 'domain', domains),
    passwordDays: daysFault(passwordDays),
    sessionLimit: limitFault(sessionLimit),
    sessionWatch: watchFault(sessionWatch),
  });
  return {
    ...{ ...settings, name, registrationDomains: [...new Set(domains)].toSorted() },
    sessionWatch: SESSION_SIGNALS.filter((signal) => sessionWatch.includes(signal)),
  };
}

const DOMAIN =
  /^(?=.{1,253}$)[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)+$/u;
const MOST_DOMAINS = 100;

function domainsFault(needed: boolean, domains: readonly string[]): string | undefined {
  if (needed && domains.length === 0) return 'Name at least one domain.';
  if (domains.length > MOST_DOMAINS) return `Name ${MOST_DOMAINS} domains at most.`;
  const wrong = domains.find((domain) => !DOMAIN.test(domain));
  return wrong === undefined ? undefined : `"${wrong}" is not a domain.`;
}

const LONGEST_DAYS = 3650;

function daysFault(days: number | null): string | undefined {
  const fits = days === null || (Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS);
  return fits ? undefined : `Use 1 to ${LONGEST_DAYS} days, or never.`;
}

const MOST_SESSIONS = 100;

function limitFault(limit: number | null): string | undefined {
  const fits = limit === null || (Number.isInteger(limit) && limit >= 1 && limit <= MOST_SESSIONS);
  return fits ? undefined : `Use 1 to ${MOST_SESSIONS}, or none.`;
}

function watchFault(watch: readonly string[]): string | undefined {
  const known: readonly string[] = SESSION_SIGNALS;
  const fits = watch.every((signal) => known.includes(signal));
  return fits ? undefined : `Use any of ${known.join(', ')}, or none.`;
}

/** Whether it has the shape of a slug; one that has not names no tenant. */
export function isSlug(text: string): boolean {
  return SLUG.test(text);
}

function slugFault(slug: string): string | undefined {
  if (!isSlug(slug)) {
    return 'Use 1 to 63 lower-case letters, digits and dashes, with a letter or digit at both ends.';
  }
  // Four characters in, a double dash is read as an encoding by host names (RFC 5890 §2.3.1).
  if (slug.slice(2, 4) === '--') return 'Two dashes cannot be its third and fourth character.';
  if (isUuid(slug)) return 'This reads as an id.';
  return RESERVED.has(slug) ? 'This name is reserved.' : undefined;
}

function nameFault(name: string): string | undefined {
  return name.length >= 1 && name.length <= 200 ? undefined : 'Use 1 to 200 characters.';
}
