/** A mail as it goes out. */
export interface Mail {
  /** Without its angle brackets, and the same however often the mail is tried (RFC 5322 §3.6.4). */
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * How it went. `permanent` is what the next try would be told too: the recipient or the mail itself was
 * refused. `reason` is for operators, and holds no address and no secret.
 */
export type Receipt =
  | { readonly ok: true }
  | { readonly ok: false; readonly permanent: boolean; readonly reason: string };

/** Hands mails on. A mail that was not taken, for whichever reason, is an answer and no exception. */
export interface Mailer {
  send(mail: Mail): Promise<Receipt>;
}

/** Writes the two parts of a mail. */
export interface MailViews {
  /** Throws where there is no such mail, or its model lacks what the view needs. */
  render(
    topic: string,
    model: Readonly<Record<string, unknown>>,
  ): { readonly text: string; readonly html: string };
}
