import type { Mail, Mailer } from '#src/kernel/mail.ts';

/** A mailbox that takes every mail and sends none, for where there is no mail server. */
export interface DevMailbox extends Mailer {
  /** The newest first. */
  list(): readonly Mail[];
  find(messageId: string): Mail | undefined;
}

const CAPACITY = 100;

/** Keeps the last hundred, in memory. A mail that comes again takes its own place. */
export function createDevMailbox(): DevMailbox {
  const mails = new Map<string, Mail>();
  return {
    async send(mail) {
      mails.set(mail.messageId, mail);
      const [oldest] = mails.keys();
      if (mails.size > CAPACITY && oldest !== undefined) mails.delete(oldest);
      return { ok: true };
    },
    list: () => [...mails.values()].toReversed(),
    find: (messageId) => mails.get(messageId),
  };
}
