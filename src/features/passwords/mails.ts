import type { MailDraft } from '#src/features/outbox/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';

/** Whom a mail about a password goes to. */
interface Addressee {
  readonly tenantId: TenantId;
  readonly email: string;
  readonly name: string;
}

/** Tells the owner that their password is another one since then, so that a change that wasn't theirs is noticed. */
export function passwordChanged({ tenantId, email, name }: Addressee, when: Date): MailDraft {
  return {
    to: email,
    topic: 'passwords/changed',
    subject: 'Your password was changed',
    model: { name, when: `${TIME.format(when)} UTC` },
    tenantId,
  };
}

/** Tells the owner from when on they will be asked for a new password; of no use any more from then on. */
export function passwordExpiring({ tenantId, email, name }: Addressee, expiresAt: Date): MailDraft {
  const date = DAY_OF_YEAR.format(expiresAt);
  return {
    to: email,
    topic: 'passwords/expiring',
    subject: `Your password expires on ${date}`,
    model: { name, date },
    expiresAt,
    tenantId,
  };
}

const DAY_OF_YEAR = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
});
