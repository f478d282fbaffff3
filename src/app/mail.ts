import { createDevMailbox, type DevMailbox } from '#src/features/outbox/index.ts';
import { createSmtpMailer } from '#src/infra/mail/smtp.ts';
import type { Mailer } from '#src/kernel/mail.ts';
import type { Config } from './config/config.ts';

/** Where mail goes: to the configured server, or where there is none, into a mailbox that developers look into. */
export interface MailRoute extends AsyncDisposable {
  readonly mailer: Mailer;
  readonly mailbox?: DevMailbox;
}

export function openMail({ mail, production }: Pick<Config, 'mail' | 'production'>): MailRoute {
  if (mail.url === undefined) {
    const mailbox = createDevMailbox();
    return { mailer: mailbox, mailbox, [Symbol.asyncDispose]: async () => undefined };
  }
  const mailer = createSmtpMailer({ url: mail.url, tlsRequired: production });
  return { mailer, [Symbol.asyncDispose]: () => mailer[Symbol.asyncDispose]() };
}
