import type { MailDraft } from '#src/features/outbox/index.ts';
import type { User } from '#src/features/users/index.ts';

/** However often somebody asks, an owner gets so many links an hour (security case 125). */
const MOST_AN_HOUR = 3;

/** The link with which a password is chosen anew. */
export function resetMail(
  { email, name }: User,
  link: { readonly href: string; readonly expiresAt: Date },
): MailDraft {
  return {
    to: email,
    topic: 'recovery/reset',
    subject: 'Reset your password',
    model: { name, email, href: link.href },
    expiresAt: link.expiresAt,
    atMostPerHour: MOST_AN_HOUR,
  };
}

/** Tells the owner that it was done, and what to do if it was not them (R11.4). */
export function changedMail(
  { email, name }: User,
  change: { readonly href: string; readonly at: Date },
): MailDraft {
  return {
    to: email,
    topic: 'recovery/changed',
    subject: 'Your password was changed',
    model: { name, email, href: change.href, when: `${TIME.format(change.at)} UTC` },
  };
}

/** Where the reader is, nobody knows. */
const TIME = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
});
