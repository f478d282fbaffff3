/** Controls, line separators and direction marks: nothing a log should obey. */
const UNPRINTED = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const CUT = '…';
const LEFT_OUT = '[left out]';

/**
 * Text that any reader, any column and any encoding can take: well-formed, one line, at most `limit`
 * characters. A character that cannot be kept shows as U+FFFD, so that its having been there is seen.
 */
export function cleanText(text: string, limit: number): string {
  const within = text.length > limit ? `${text.slice(0, limit - 1)}${CUT}` : text;
  return within.toWellFormed().replace(UNPRINTED, '\ufffd');
}

const MOST = { depth: 4, members: 32, name: 64, text: 1000, all: 8000 } as const;

/**
 * Details as plain JSON of bounded depth, width and size. Under the name
 * of a secret nothing is kept; what goes beyond a bound is cut, and the cut shows.
 */
export function cleanDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return cleanMembers(details, 1, { left: MOST.all });
}

interface Room {
  left: number;
}

function cleanMembers(
  members: Readonly<Record<string, unknown>>,
  depth: number,
  room: Room,
): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(members).slice(0, MOST.members)) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue;
    if (!spend(room, name.length)) break;
    kept.push([
      cleanText(name, MOST.name),
      isSecretName(name) ? LEFT_OUT : cleanValue(value, depth, room),
    ]);
  }
  return Object.fromEntries(kept);
}

function cleanValue(value: unknown, depth: number, room: Room): unknown {
  if (!spend(room, 0)) return CUT;
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string') return cleanWord(value, room);
  if (typeof value === 'number' || typeof value === 'bigint')
    return cleanWord(value.toString(), room);
  if (typeof value !== 'object') return CUT;
  if (isInstant(value)) return value.toJSON();
  if (depth >= MOST.depth) return CUT;
  if (!Array.isArray(value)) return cleanMembers({ ...value }, depth + 1, room);
  return value.slice(0, MOST.members).map((item) => cleanValue(item ?? null, depth + 1, room));
}

function cleanWord(word: string, room: Room): string {
  const text = cleanText(word, MOST.text);
  return spend(room, text.length) ? text : CUT;
}

/** Whether it still fits; everything costs something, so that emptiness is bounded too. */
function spend(room: Room, characters: number): boolean {
  room.left -= characters + 8;
  return room.left > 0;
}

function isInstant(value: object): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** By the whole name, or by its last word: `refreshToken` and `client_secret` are, `tokenKind` is not. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return ENDS_A_SECRET.has(words.at(-1) ?? '') || IS_A_SECRET.has(words.join(''));
}

const ENDS_A_SECRET: ReadonlySet<string> = new Set(
  'password passwords passphrase passwd pwd secret secrets token tokens cookie cookies jwt otp totp pin authorization assertion credential credentials verifier hash phc pepper'.split(
    ' ',
  ),
);

const IS_A_SECRET: ReadonlySet<string> = new Set(
  'code codes authorizationcode backupcode backupcodes usercode devicecode recoverycode privatekey apikey signingkey sessionkey'.split(
    ' ',
  ),
);
