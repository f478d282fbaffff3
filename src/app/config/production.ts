import type { SettingFault } from './collect.ts';
import type { Settings } from './env.ts';
import { hasPlaceholder, isWeakCookieKey, isWeakSecretKey } from './secrets.ts';

type Read = Partial<Settings>;

/** What production refuses (R12.4): each rule with the variable it blames. */
const RULES: readonly (readonly [keyof Settings, string, (settings: Read) => boolean])[] = [
  ['AVIAN_ISSUER', 'is required in production', (s) => s.AVIAN_ISSUER === undefined],
  [
    'AVIAN_ISSUER',
    'must be https in production',
    (s) => s.AVIAN_ISSUER?.startsWith('http:') === true,
  ],
  [
    'DATABASE_URL',
    'is required in production (or AVIAN_EMBEDDED=1, for the embedded server)',
    (s) => s.DATABASE_URL === undefined && s.AVIAN_EMBEDDED !== '1',
  ],
  ['AVIAN_SECRET_KEYS', 'is required in production', (s) => s.AVIAN_SECRET_KEYS === undefined],
  [
    'AVIAN_SECRET_KEYS',
    'holds a key that can be guessed; make each with: openssl rand -base64 32',
    (s) => s.AVIAN_SECRET_KEYS?.some(isWeakSecretKey) === true,
  ],
  ['AVIAN_COOKIE_KEYS', 'is required in production', (s) => s.AVIAN_COOKIE_KEYS === undefined],
  [
    'AVIAN_COOKIE_KEYS',
    'holds a key that can be guessed; make each with: openssl rand -base64 32',
    (s) => s.AVIAN_COOKIE_KEYS?.some(isWeakCookieKey) === true,
  ],
  [
    'SMTP_URL',
    'is required in production: people verify and recover accounts by mail',
    (s) => s.SMTP_URL === undefined,
  ],
  ['AVIAN_RATE_LIMITS', 'cannot be off in production', (s) => s.AVIAN_RATE_LIMITS === 'off'],
  ...(['DATABASE_URL', 'DATABASE_OWNER_URL', 'REDIS_URL', 'SMTP_URL'] as const).map(
    (name) =>
      [
        name,
        'holds the password of an example',
        (s: Read) => hasPlaceholder(s[name] ?? ''),
      ] as const,
  ),
  ...(['DATABASE_URL', 'DATABASE_OWNER_URL'] as const).map(
    (name) =>
      [
        name,
        'turns the validation of TLS off (sslmode)',
        (s: Read) => isUnvalidated(s[name] ?? ''),
      ] as const,
  ),
];

/** The rules of production that the settings break; none outside production. */
export function productionFaults(settings: Read): readonly SettingFault[] {
  if (settings.NODE_ENV !== 'production') return [];
  return RULES.filter(([, , isBroken]) => isBroken(settings)).map(([name, text]) => ({
    name,
    text,
  }));
}

function isUnvalidated(url: string): boolean {
  return (
    /[?&]sslmode=(?:disable|allow|prefer|no-verify)(?:&|$)/i.test(url) && !isLocalDatabase(url)
  );
}

/** Whether what is sent to a database stays on this machine: over a socket, or loopback. */
export function isLocalDatabase(url: string): boolean {
  const [address = '', query = ''] = url.split('?', 2);
  const named = /^\w+:\/\/(?:[^/]*@)?(\[[^\]]*\]|[^/:]*)/.exec(address)?.[1] ?? '';
  const host = new URLSearchParams(query).get('host') ?? decodeURIComponent(named);
  return host.startsWith('/') || /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}
