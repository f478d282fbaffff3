import { DrizzleQueryError } from 'drizzle-orm';
import { DatabaseError } from 'pg';
import { Conflict, Fault, InvalidInput, TenantBoundary, Unavailable } from '#src/kernel/faults.ts';

/**
 * What an error of the database means to its caller: one of the kernel's faults, or, where it is
 * nobody's doing but ours, the driver's error itself.
 *
 * Drizzle's wrapper is taken off, since its message carries every parameter.
 */
export function faultOf(error: unknown): unknown {
  const inner = unwrap(error);
  if (inner instanceof Fault || !(inner instanceof Error)) return inner;

  const code = codeOf(inner);
  if (isAboutRole(inner)) return new Unavailable(ROLE, { cause: inner });
  if (code === '23505') return new Conflict('It exists already.', { cause: inner });
  if (code === '23503') return new Conflict('What it belongs to is not there.', { cause: inner });
  if (code === '42501') return new TenantBoundary('That is not within reach.', { cause: inner });
  if (code === '22021' || code === '22P05')
    return new InvalidInput('The text holds a character that cannot be kept.');
  return isAway(inner)
    ? new Unavailable('The database is not available.', { cause: inner })
    : inner;
}

/** Whether the database is away, too busy or too slow; whether the statement took effect is then unknown (ADR 0025). */
export function isAway(error: Error): boolean {
  const code = codeOf(error);
  return AWAY_STATES.test(code) || AWAY_CODES.has(code) || AWAY_WORDS.test(error.message);
}

function unwrap(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause !== undefined
    ? unwrap(error.cause)
    : error;
}

/** A unit's opening failed: the server's own name for what checks a setting is the one thing that no language changes. */
function isAboutRole(error: Error): boolean {
  return error instanceof DatabaseError && error.routine === 'call_string_check_hook';
}

const ROLE =
  'The database login cannot take on the role avian_app: migrate the database, and grant the role to the login.';

/** An error's SQLSTATE, or the system's name for it. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Connection lost (08), resources exhausted (53), shut down or cancelled (57), locked, deadlocked, idle too long. */
const AWAY_STATES = /^(08|53|57)[0-9A-Z]{3}$|^(55P03|40001|40P01|25P03|25P04)$/;

const AWAY_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The driver's own errors, which carry no code. */
const AWAY_WORDS =
  /^(Query read timeout|timeout exceeded when trying to connect|timeout expired|Connection terminated|Client (has encountered a connection error|was closed)|Cannot use a pool after calling end)/;
