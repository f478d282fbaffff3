import type { Receipt } from '#src/kernel/mail.ts';

/**
 * What a failure of nodemailer's means for the mail. Permanent is only the server's own no (5xx) to the
 * recipient or to the mail: a login it refuses, a sender it does not know, a server that is away or speaks
 * nonsense can all be mended, and the mail goes out then. Throws what is no failure of a delivery.
 */
export function receiptOf(error: unknown): Receipt {
  const said = wordsOf(error);
  if (!said || !/^E[A-Z]+$/.test(said.code)) throw error;
  return { ok: false, permanent: isPermanent(said), reason: reasonOf(said) };
}

interface Words {
  readonly code: string;
  /** What the system called it before nodemailer did. */
  readonly originalCode: string;
  readonly command: string;
  /** The server's own answer, where it gave one. */
  readonly response: string;
  readonly responseCode: number;
}

function wordsOf(error: unknown): Words | undefined {
  if (!(error instanceof Error)) return undefined;
  const told = error as Error & Partial<Record<keyof Words, unknown>>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    code: text(told.code),
    originalCode: text(told.originalCode),
    command: text(told.command),
    response: text(told.response),
    responseCode: typeof told.responseCode === 'number' ? told.responseCode : 0,
  };
}

const ABOUT_THE_MAIL: ReadonlySet<string> = new Set(['RCPT TO', 'DATA']);

/** Answers of this class that say how we asked: out of turn, or without having signed in (RFC 4954 §6). */
const ABOUT_US: ReadonlySet<number> = new Set([503, 530]);

function isPermanent({ command, responseCode }: Words): boolean {
  const isNo = responseCode >= 500 && responseCode < 600 && !ABOUT_US.has(responseCode);
  return isNo && ABOUT_THE_MAIL.has(command);
}

/** What nodemailer calls it, in words. */
const KINDS: Readonly<Record<string, string>> = {
  EABORT: 'the mail server took too long',
  EAUTH: 'the mail server refused the login',
  ECONNECTION: 'the mail server hung up',
  EDNS: 'the mail server’s name is not known',
  EENVELOPE: 'the mail server refused the address',
  EMESSAGE: 'the mail server refused the mail',
  ENOAUTH: 'the mail server wants a login',
  EPROTOCOL: 'the mail server answered something else',
  ESOCKET: 'the mail server could not be reached',
  ETIMEDOUT: 'the mail server took too long',
  ETLS: 'the mail server’s TLS failed',
};

function reasonOf(said: Words): string {
  const kind = KINDS[said.code] ?? `the mail could not be sent (${said.code})`;
  const detail = detailOf(said);
  return detail === '' ? kind : `${kind}: ${detail}`;
}

/** A login's answer can repeat who tried: of that one, the number is enough. */
function detailOf({ code, originalCode, response, responseCode }: Words): string {
  if (code === 'EAUTH') return String(responseCode || '');
  return withoutAddresses(response || originalCode);
}

const LONGEST = 160;

/** On one line, without mail addresses and links: servers like to repeat them. */
function withoutAddresses(response: string): string {
  return response
    .slice(0, 1000)
    .replace(/\p{C}+/gu, ' ')
    .replace(/\S*(?:@|:\/\/)\S*/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST);
}
