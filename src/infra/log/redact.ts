import { types } from 'node:util';

/** What stands in a log line in place of a secret. */
const HIDDEN = '[hidden]';

const LONGEST_TEXT = 8192;
const DEEPEST = 6;
const WIDEST = 100;

/** Names that are secret as a whole: part of a longer word they mean something else (`statusCode`). */
const SECRET_NAMES = new Set(
  `code usercode devicecode authorizationcode otp pin pwd jwt phc dpop uid sid proof hash dsn
   connectionstring params`.split(/\s+/),
);

/** Names that are secret whatever else the word says: `client_secret`, `set-cookie`, `DATABASE_URL`. */
const SECRET_WORDS =
  /password|passwd|passphrase|secret|token|cookie|authorization|credential|assertion|verifier|privatekey|apikey|jwk|(?:database|owner|redis|smtp)url/;

/** Secrets that give themselves away in free text, and what is left of each. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s/?#]*@/g, `$1${HIDDEN}@`],
  [/\b(bearer|basic|dpop)(\s+)[\w.~+/=-]{8,}/gi, `$1$2${HIDDEN}`],
  [
    /((?:^|[?&;,\s])(?:code|(?:access_|refresh_|id_|csrf_|logout_)?token|(?:client_)?(?:secret|assertion)|password|code_verifier|id_token_hint|user_code|device_code)=)[^&;,\s]+/gi,
    `$1${HIDDEN}`,
  ],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, HIDDEN],
  [/\$(?:argon2(?:id|i|d)|2[aby])\$[^\s"']+/g, HIDDEN],
];

/** C1 controls, line separators and direction marks: what JSON leaves as it is and a terminal obeys. */
const UNSEEN = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A copy of a log line's fields that holds no secret: what bears a secret's name is hidden at any
 * depth, and what looks like one in a text is hidden there (R12.3). Never throws, never runs a
 * `toJSON`, and is bounded in depth, width and length whatever it is given.
 */
export function conceal(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return members(fields, []);
}

/** One word that none of the above can match. Most texts are such: routes, states, ids. */
const PLAIN = /^[\w/:-]{0,200}$/;

/** A text without secrets and without characters that a terminal acts on; cut where it is too long. */
export function scrub(text: string): string {
  if (PLAIN.test(text)) return text;
  let clean = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  for (const [secret, rest] of SECRET_TEXTS) clean = clean.replace(secret, rest);
  return visible(clean);
}

function visible(text: string): string {
  return text.replace(UNSEEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isSecret(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_WORDS.test(plain);
}

function copy(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
      return scrub(value);
    case 'bigint':
      return String(value);
    case 'function':
    case 'symbol':
      return undefined;
    case 'object':
      return value === null ? null : copyObject(value, above);
    default:
      return value;
  }
}

function copyObject(value: object, above: readonly object[]): unknown {
  if (above.includes(value)) return '[circular]';
  if (above.length >= DEEPEST) return '[deep]';
  if (value instanceof Error) return copyError(value, above);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return scrub(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return members(namedEntries(value), [...above, value]);
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, WIDEST).map((item) => copy(item, [...above, value]) ?? null);
  }
  return members(value, [...above, value]);
}

function namedEntries(map: ReadonlyMap<unknown, unknown>): Record<string, unknown> {
  return Object.fromEntries([...map].map(([name, value]) => [String(name), value]));
}

function members(value: object, above: readonly object[]): Record<string, unknown> {
  const names = Object.keys(value).slice(0, WIDEST);
  return Object.fromEntries(names.map((name) => [visible(name), member(value, name, above)]));
}

function member(value: object, name: string, above: readonly object[]): unknown {
  try {
    const held: unknown = Reflect.get(value, name);
    const bare = held === undefined || held === null || typeof held === 'boolean';
    return !bare && isSecret(name) ? HIDDEN : copy(held, above);
  } catch {
    // A getter that throws must not cost the line it was to appear in.
    return '[unreadable]';
  }
}

/**
 * An error as a record. A query builder appends the values of a failed query to its message: they are
 * cut, and the stack keeps its frames only, because its head repeats the message.
 */
function copyError(error: Error, above: readonly object[]): Record<string, unknown> {
  const within = [...above, error];
  const code: unknown = Reflect.get(error, 'code');
  return {
    type: scrub(String(error.name)),
    message: scrub(String(error.message).split('\nparams:')[0] ?? ''),
    ...(typeof code === 'string' && /^[\w-]{1,64}$/.test(code) && { code }),
    stack: scrub(framesOf(error)),
    ...(error.cause !== undefined && { cause: copy(error.cause, within) }),
    ...(error instanceof AggregateError && { errors: copy(error.errors, within) }),
  };
}

function framesOf({ message, stack = '' }: Error): string {
  const head = stack.indexOf(message) + message.length;
  const lines = stack.slice(head).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
