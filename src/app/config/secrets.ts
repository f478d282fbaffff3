import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { listed } from './networks.ts';

/** Seals what is at rest. Its id travels with every text it sealed. */
export interface SecretKey {
  readonly id: string;
  readonly key: Buffer;
}

/** What must never be read by others: kept apart from Config, printed and logged nowhere. */
export interface Secrets {
  /** Newest first: the first seals, all open. */
  readonly secretKeys: readonly SecretKey[];
  /** Newest first: the first signs cookies, all verify. */
  readonly cookieKeys: readonly string[];
}

export const SECRET_KEY_BYTES = 32;
const COOKIE_KEY_BYTES = 32;

/** `id:base64`, newest first, separated by commas or spaces; 32 bytes each. No fault repeats a key. */
export function parseSecretKeys(text: string): Outcome<readonly SecretKey[], string> {
  const keys: SecretKey[] = [];
  for (const [index, entry] of listed(text).entries()) {
    const [, id = '', encoded = ''] = /^([\w-]{1,32}):([\w+/-]+={0,2})$/.exec(entry) ?? [];
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== SECRET_KEY_BYTES) {
      return refused(
        `entry ${index + 1} must be an id, a colon and ${SECRET_KEY_BYTES} bytes in base64`,
      );
    }
    if (keys.some((other) => other.id === id)) return refused(`entry ${index + 1} repeats an id`);
    keys.push({ id, key });
  }
  return keys.length > 0 ? done(keys) : refused('must hold a key');
}

/** Newest first, separated by commas or spaces; at least 32 bytes each. */
export function parseCookieKeys(text: string): Outcome<readonly string[], string> {
  const keys = listed(text);
  const short = keys.findIndex((key) => Buffer.byteLength(key) < COOKIE_KEY_BYTES);
  if (short >= 0)
    return refused(`entry ${short + 1} must be at least ${COOKIE_KEY_BYTES} bytes long`);
  return keys.length > 0 ? done(keys) : refused('must hold a key');
}

/** Words that stand where a secret was to be put in; too long to turn up in a random key. */
const PLACEHOLDER =
  /change[-_]?(?:me|this)|replace[-_]|example|secret|passw(?:or)?d|insecure|default|placeholder|openssl|keyboard/i;
const FEWEST_SYMBOLS = 8;

/**
 * Whether a secret key could be guessed: a passphrase, a pattern or a placeholder instead of random
 * bytes. Of random ones it mistakes fewer than one in a million.
 */
export function isWeakSecretKey({ key }: SecretKey): boolean {
  const text = key.toString('latin1');
  return (
    isPatterned(text) || /^[\x20-\x7e]+$/.test(text) || PLACEHOLDER.test(key.toString('base64'))
  );
}

/** Likewise for a key that is any text. */
export function isWeakCookieKey(key: string): boolean {
  return isPatterned(key) || PLACEHOLDER.test(key);
}

/** Whether a connection string's password is one that stands in an example. */
export function hasPlaceholder(connection: string): boolean {
  const password = /:\/\/[^/?#@:]*:([^/?#]*)@/.exec(connection)?.[1] ?? '';
  return /^(?:change[-_]?(?:me|this)|replace[-_].*|.*example.*|passw(?:or)?d|secret)$/i.test(
    password,
  );
}

/** Few symbols, a part that repeats to the end, or symbols in a row. */
function isPatterned(text: string): boolean {
  const half = Math.floor(text.length / 2);
  const codes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const inARow = codes.filter((code, at) => Math.abs(code - (codes[at - 1] ?? Infinity)) <= 1);
  const repeats = codes.slice(0, half).some((_, at) => text.startsWith(text.slice(at + 1)));
  return new Set(codes).size < FEWEST_SYMBOLS || inARow.length > half || repeats;
}
