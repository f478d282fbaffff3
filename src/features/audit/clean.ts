import { isDate } from 'node:util/types';

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

const MOST = { depth: 4, members: 32, name: 64, text: 1000, bits: 256, all: 8000 } as const;

/**
 * Details as plain JSON of bounded depth, width and size. Nothing is kept under the name of a
 * secret, or under one too long to be shown whole; what goes beyond a bound is cut, and the cut shows.
 *
 * Cleaning what is clean changes nothing. The work is linear in what was given, however often a part
 * of it is referred to.
 */
export function cleanDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return cleanMembers(details, 1, { left: MOST.all, names: new Map() });
}

/**
 * What may still be written. The price is that of the result, never of what was given, so that the
 * result costs the same when it is cleaned again. Once overdrawn it stays so, and only cuts follow.
 */
interface Room {
  left: number;
  /** Listing names takes as long as an object is wide, so each object is asked once. */
  readonly names: Map<object, readonly string[]>;
}

/** Of names that are the same once cleaned, the first stays. */
function cleanMembers(members: object, depth: number, room: Room): Record<string, unknown> {
  const kept = new Map<string, unknown>();
  for (const [at, name] of namesOf(members, room).entries()) {
    const rest = at === MOST.members;
    const shown = rest ? CUT : cleanText(name, MOST.name);
    const value: unknown = rest ? CUT : Reflect.get(members, name);
    if (kept.has(shown) || isNoValue(value)) continue;
    if (!spend(room, shown)) {
      if (!kept.has(CUT)) kept.set(CUT, CUT);
      break;
    }
    const unkept = !rest && (name.length > MOST.name || isSecretName(name));
    kept.set(shown, unkept ? keep(LEFT_OUT, room) : cleanValue(value, depth, room));
  }
  return Object.fromEntries(kept);
}

/** As many as may be kept, and one more to stand for the rest. */
function namesOf(members: object, room: Room): readonly string[] {
  const names = room.names.get(members) ?? Object.keys(members).slice(0, MOST.members + 1);
  room.names.set(members, names);
  return names;
}

function cleanItems(items: readonly unknown[], depth: number, room: Room): unknown[] {
  const kept: unknown[] = [];
  for (const [at, item] of items.slice(0, MOST.members + 1).entries()) {
    const rest = at === MOST.members || room.left < 0;
    kept.push(rest ? keep(CUT, room) : cleanValue(item ?? null, depth, room));
    if (rest) break;
  }
  return kept;
}

function cleanValue(value: unknown, depth: number, room: Room): unknown {
  if (typeof value !== 'object' || value === null || isDate(value)) return keep(plain(value), room);
  if (depth >= MOST.depth) return keep(CUT, room);
  const list = Array.isArray(value);
  if (!spend(room, list ? [] : {})) return CUT;
  return list ? cleanItems(value, depth + 1, room) : cleanMembers(value, depth + 1, room);
}

type Plain = string | number | boolean | null;

function plain(value: unknown): Plain {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return cleanText(value, MOST.text);
  if (typeof value === 'number') return Number.isFinite(value) ? value : value.toString();
  // Writing a bigint takes longer than in proportion to its length.
  if (typeof value === 'bigint' && BigInt.asIntN(MOST.bits, value) === value)
    return value.toString();
  if (!isDate(value)) return CUT;
  return Number.isNaN(value.getTime()) ? null : value.toISOString();
}

function keep(value: Plain, room: Room): Plain {
  return spend(room, value) ? value : CUT;
}

/** Whether it still fits, with the comma or colon after it. */
function spend(room: Room, written: Plain | readonly never[] | Record<string, never>): boolean {
  room.left -= JSON.stringify(written).length + 1;
  return room.left >= 0;
}

function isNoValue(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
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
