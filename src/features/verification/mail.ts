import type { MailDraft } from '#src/features/outbox/index.ts';
import { sayCode } from './code.ts';
import { type Issued, MAILS_AN_HOUR } from './policy.ts';

const TOPIC = 'verification/confirm';

/** What the share of mails an address gets is counted by. */
export function shareOf(email: string): Pick<MailDraft, 'to' | 'topic' | 'atMostPerHour'> {
  return { to: email, topic: TOPIC, atMostPerHour: MAILS_AN_HOUR };
}

/**
 * The mail that asks whether an address is theirs. It says nothing that whoever typed the address chose,
 * their name neither: it may be a stranger's message to its owner.
 */
export function confirmMail(
  { email, expiresAt }: Pick<Issued, 'email' | 'expiresAt'>,
  secrets: { readonly link: string; readonly code: string },
): MailDraft {
  const model = { link: secrets.link, code: sayCode(secrets.code), email };
  return { ...shareOf(email), subject: 'Confirm your email address', model, expiresAt };
}
