import type { MailDraft } from '#src/features/outbox/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Change } from './store.ts';

const MOST_AN_HOUR = 3;

/** To the new address: a stranger's, perhaps, so it says nothing of the account. */
export function confirmMail(to: string, href: string, expiresAt: Date): MailDraft {
  return {
    to,
    topic: 'email-change/confirm',
    subject: 'Confirm your new email address',
    model: { href, email: to },
    expiresAt,
    atMostPerHour: MOST_AN_HOUR,
  };
}

/** To the old address, with the way back. It must arrive, however often there was such a mail. */
export function changedMail(
  { oldEmail, newEmail }: Pick<Change, 'oldEmail' | 'newEmail'>,
  undo: { readonly name: string; readonly href: string; readonly expiresAt: Date },
): MailDraft {
  return {
    to: oldEmail,
    topic: 'email-change/changed',
    subject: 'Your email address was changed',
    model: { name: undo.name, oldEmail, newEmail, href: undo.href },
    expiresAt: undo.expiresAt,
  };
}

/** To the address that is back: whoever changed it knew the password. */
export function undoneMail(to: string, name: string, href: string): MailDraft {
  return {
    to,
    topic: 'email-change/undone',
    subject: 'Your email address is back',
    model: { name, email: to, href },
  };
}

/** To whoever has the address already, in whichever tenant. */
export function takenMail(to: string, tenantId: TenantId, href: string): MailDraft {
  return {
    to,
    tenantId,
    topic: 'email-change/taken',
    subject: 'Your email address is already in use',
    model: { email: to, href },
    atMostPerHour: MOST_AN_HOUR,
  };
}
