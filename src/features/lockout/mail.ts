import type { MailDraft } from '#src/features/outbox/index.ts';
import type { Place } from './events.ts';
import type { Owner } from './lockout.ts';

export interface ClosedNotice {
  readonly issuer: string;
  readonly owner: Owner;
  readonly token: string;
  readonly place: Place;
  readonly closedUntil: Date;
  /** When the link stops working, and the mail is of no more use. */
  readonly expiresAt: Date;
}

/** Tells an owner that their account closed, and how it opens: with one click, or by itself. */
export function closedMail(notice: ClosedNotice): MailDraft & { readonly atMostPerHour: number } {
  const { issuer, owner, token, place, closedUntil, expiresAt } = notice;
  return {
    to: owner.email,
    topic: 'lockout/closed',
    subject: 'Sign-in to your account is paused',
    model: {
      href: `${issuer}/unlock/${token}`,
      recovery: `${issuer}/recovery`,
      opensAt: TIME.format(closedUntil),
      isKnownDevice: place === 'known-device',
    },
    expiresAt,
    atMostPerHour: 3,
    tenantId: owner.tenantId,
  };
}

/** Where the reader is, nobody knows. */
const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});
