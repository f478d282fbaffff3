import type { MailDraft } from '#src/features/outbox/index.ts';
import { type Invitation, MAILS_AN_HOUR } from './policy.ts';

/** To the owner of an address that somebody tried to register. */
export function takenMail(email: string, issuer: string): MailDraft {
  return {
    to: email,
    topic: 'registration/taken',
    subject: 'You already have an account',
    model: { email, link: `${issuer}/recovery` },
    atMostPerHour: MAILS_AN_HOUR,
  };
}

export function invitationMail(
  { email, expiresAt }: Pick<Invitation, 'email' | 'expiresAt'>,
  link: string,
): MailDraft {
  return {
    to: email,
    topic: 'registration/invitation',
    subject: 'You are invited to make an account',
    model: { email, link },
    expiresAt,
    atMostPerHour: MAILS_AN_HOUR,
  };
}
