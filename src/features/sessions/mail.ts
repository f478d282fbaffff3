import type { MailDraft } from '#src/features/outbox/index.ts';
import { DAY, later } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { browserOf, UNKNOWN } from './browser.ts';
import type { Signal } from './suspicion.ts';
import { shownAddress, type Use } from './trace.ts';

export interface Suspicion {
  readonly issuer: string;
  readonly owner: { readonly email: string; readonly tenantId: TenantId };
  readonly signal: Signal;
  /** The use that ended the session. */
  readonly use: Use;
}

/**
 * Asks an owner whether it was them, of a session that was ended (R7.8).
 *
 * Of the request that ended it, which may be a thief's, it repeats no word: the browser is told in words of
 * our own, and an address is one or isn't shown.
 */
export function suspicionMail({
  issuer,
  owner,
  signal,
  use,
}: Suspicion): MailDraft & { readonly atMostPerHour: number } {
  return {
    to: owner.email,
    topic: 'sessions/suspicious',
    subject: 'Was this you? You were signed out',
    model: {
      happened: HAPPENED[signal],
      when: `${TIME.format(use.at)} UTC`,
      browser: named(use.userAgent),
      address: shownAddress(use.address) ?? UNKNOWN,
      href: `${issuer}/recovery`,
    },
    expiresAt: later(use.at, DAY),
    atMostPerHour: 3,
    tenantId: owner.tenantId,
  };
}

const HAPPENED: Readonly<Record<Signal, string>> = {
  'browser-changed':
    'Your sign-in was used from another browser or device than the one you signed in with.',
  'refresh-token-reused':
    'An application’s key to your account was used a second time. That happens when somebody has copied it.',
  'two-places':
    'Your sign-in was used in two places at once. That happens when somebody has copied it.',
};

function named(userAgent?: string): string {
  const { family, platform } = browserOf(userAgent);
  const words = [family, platform].filter((word) => word !== UNKNOWN);
  return words.length === 0 ? UNKNOWN : words.join(' on ');
}

/** Where the reader is, nobody knows. */
const TIME = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
});
