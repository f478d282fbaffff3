import { LIMITS, type LimitName } from '#src/features/throttle/policies.ts';
import { HOUR, MINUTE, SECOND } from '#src/kernel/clock.ts';

const COUNTED: Readonly<Record<LimitName, string>> = {
  'sign-in': 'Attempts to sign in',
  registration: 'Registrations whose every field fits',
  reset: 'Requests for a reset of a password',
  resend: 'Requests for another mail to prove an address',
  token: 'Requests to the token endpoint',
  api: 'Requests to the management API',
  'api-refused': 'Requests to the management API without a token that stands up',
  global: 'Every request but those for files of the pages',
};

/** `docs/reference/limits.md`, from the limits themselves. */
export function limitsPage(): string {
  return [
    '# Rate limits',
    '',
    '<!-- Written by `npm run docs` from src/features/throttle/policies.ts. -->',
    '',
    'Windows slide: in any stretch of that length, so many pass. Beyond, the answer is 429 with `Retry-After`, a page',
    'for people and RFC 9457 for programs, and each further violation in a row doubles the wait, to an hour at most;',
    'a window without one begins anew. Every limited answer bears `RateLimit`, `RateLimit-Policy` and `X-RateLimit-*`.',
    '',
    'An account is an address as it was typed, in any spelling, whether or not somebody has it; a caller is the person',
    'whose token was sent, or the application whose own it is. An IPv6 address counts by its /64, and forwarded',
    'addresses only where `AVIAN_TRUST_PROXY` says so. While the store of the counts is away, requests are refused',
    'with 503, but for the last line, which lets them through.',
    '',
    '| name | counts | by | passes | first wait |',
    '|---|---|---|---|---|',
    ...Object.entries(LIMITS).flatMap(([limit, { policies }]) =>
      policies.map(({ name, key, limit: passes, window, base }) => {
        const counted = COUNTED[limit as LimitName];
        const by = key.join(' and ');
        return `| \`${name}\` | ${counted} | ${by} | ${passes} in ${inWords(window)} | ${inWords(2 * base)} |`;
      }),
    ),
    '',
    '`AVIAN_RATE_LIMITS=sign-in=10,token=600` puts other numbers in their place. Attempts from a browser that has',
    'signed in to the account before are not counted by `sign-in-account`: strangers keep nobody out of it.',
    '',
  ].join('\n');
}

function inWords(milliseconds: number): string {
  if (milliseconds >= HOUR) return `${milliseconds / HOUR} h`;
  return milliseconds >= MINUTE ? `${milliseconds / MINUTE} min` : `${milliseconds / SECOND} s`;
}
