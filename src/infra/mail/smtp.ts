import { createTransport } from 'nodemailer';
import { MINUTE, SECOND } from '#src/kernel/clock.ts';
import type { Mail, Mailer } from '#src/kernel/mail.ts';
import { readSmtpUrl, type SmtpAddress } from './address.ts';
import { receiptOf } from './receipt.ts';

export interface SmtpSettings {
  /** `smtp://[user:password@]host[:port]`, or `smtps://…` where TLS comes first. */
  readonly url: string;
  /** Whether mails may only leave under TLS, save to this very machine. A password never leaves without. */
  readonly tlsRequired: boolean;
  /** Certificates to trust besides the machine's own ones. */
  readonly ca?: string;
  /** In place of the usual time-outs; only a test has reason for others. */
  readonly patience?: Patience;
}

interface Patience {
  /** For each answer of the server. */
  readonly answerMs: number;
  /** For a whole mail: a server that says one word a second would hold it for ever. */
  readonly mailMs: number;
}

const PATIENCE: Patience = { answerMs: 10 * SECOND, mailMs: MINUTE };

/** More than are tried at once would only wait. */
const CONNECTIONS = 4;

/** A server that hung up on us while nothing was under way may be asked once more. */
const REQUEUES = 1;

/** Hands mails to a mail server, over connections that several mails share. Disposing of it hangs up. */
export function createSmtpMailer(settings: SmtpSettings): Mailer & AsyncDisposable {
  const { answerMs, mailMs } = settings.patience ?? PATIENCE;
  const transport = createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    maxRequeues: REQUEUES,
    ...connectionOf(readSmtpUrl(settings.url), settings),
    connectionTimeout: answerMs,
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
    dnsTimeout: answerMs,
    // Before the time-out of a connection that is silent: leaving is politer than hanging up.
    idleTimeout: answerMs / 2,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    async send(mail) {
      try {
        await transport.sendMail({ ...messageOf(mail), signal: AbortSignal.timeout(mailMs) });
        return { ok: true };
      } catch (error) {
        return receiptOf(error);
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}

function connectionOf(address: SmtpAddress, { tlsRequired, ca }: SmtpSettings) {
  const { host, port, tls, auth, isLoopback } = address;
  return {
    host,
    port,
    secure: tls,
    requireTLS: !isLoopback && (tlsRequired || auth !== undefined),
    ...(auth && { auth: { user: auth.user, pass: auth.password } }),
    ...(ca !== undefined && { tls: { ca } }),
  };
}

/** Addresses go in as what they are, and are not read again: nothing in a name can become another address. */
function messageOf({ messageId, date, from, to, subject, text, html }: Mail) {
  return {
    messageId: `<${messageId}>`,
    date,
    from,
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    subject,
    text,
    html,
    // Nobody's holiday notice shall come back (RFC 3834 §5).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}
