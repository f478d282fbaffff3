import { isIP } from 'node:net';

/** What an SMTP URL says: which server, and who we are to it. */
export interface SmtpAddress {
  readonly host: string;
  readonly port: number;
  /** Whether TLS comes before the first word (RFC 8314 §3.3); otherwise STARTTLS follows. */
  readonly tls: boolean;
  readonly auth?: { readonly user: string; readonly password: string };
  /** Whether the server is this very machine. */
  readonly isLoopback: boolean;
}

const FORM =
  /^(smtps?):\/\/(?:([^/?#@:]*):([^/?#@]*)@)?(\[[0-9a-f:.]+\]|[^\s/?#@:[\]]+)(?::([0-9]{1,5}))?\/?$/i;

const SUBMISSION = 587;
const SUBMISSIONS = 465;

/**
 * Reads `smtp://[user:password@]host[:port]`, the same with `smtps`. Throws a TypeError that says what is
 * wrong and repeats nothing of the URL.
 */
export function readSmtpUrl(url: string): SmtpAddress {
  const [, scheme, user, password, named, digits] = FORM.exec(url) ?? [];
  if (scheme === undefined || named === undefined)
    throw new TypeError('An SMTP URL looks like smtp://user:password@host:587.');
  const tls = scheme.toLowerCase() === 'smtps';
  const port = digits === undefined ? (tls ? SUBMISSIONS : SUBMISSION) : Number(digits);
  if (port < 1 || port > 65535) throw new TypeError('The port of an SMTP URL is from 1 to 65535.');
  const host = named.replace(/^\[|\]$/g, '').toLowerCase();
  return {
    host,
    port,
    tls,
    ...(user !== undefined &&
      password !== undefined && {
        auth: { user: decoded(user), password: decoded(password) },
      }),
    isLoopback: isThisMachine(host),
  };
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The URIError would repeat the text, which may be a password.
    throw new TypeError('An SMTP URL holds a % that is not followed by two hexadecimal digits.');
  }
}
