import { type ClientConfig, type CustomTypesConfig, types } from 'pg';
import { InvalidInput } from '#src/kernel/faults.ts';

/** Asked for: TLS with the server's certificate validated, against `ca` (PEM) where one is given. */
export interface Tls {
  readonly ca?: string;
}

/**
 * How to reach the server a URL names. `sslmode` is honoured, with one meaning for all of its verifying
 * forms: chain and host name are validated. Over a socket there is no TLS.
 */
export function connectionOf(url: string, tls?: Tls): ClientConfig {
  const [address = '', query = ''] = url.split('?', 2);
  const options = new URLSearchParams(query);
  const mode = options.get('sslmode') ?? undefined;
  options.delete('sslmode');
  const rest = options.toString();

  return {
    connectionString: rest === '' ? address : `${address}?${rest}`,
    ssl: isSocket(url) ? false : encryption(mode, tls),
    application_name: 'avian',
    types: TYPES,
  };
}

function encryption(mode: string | undefined, tls: Tls | undefined): ClientConfig['ssl'] {
  if (mode !== undefined && !MODES.has(mode)) {
    throw new InvalidInput(`sslmode=${mode} is not known: use ${[...MODES].join(', ')}`);
  }
  if (tls && (mode === 'disable' || mode === 'no-verify')) {
    throw new InvalidInput(`sslmode=${mode} contradicts the validated TLS that is asked for`);
  }
  if (tls) return { rejectUnauthorized: true, ...(tls.ca === undefined ? {} : { ca: tls.ca }) };
  if (mode === undefined || mode === 'disable') return false;
  return { rejectUnauthorized: mode !== 'no-verify' };
}

const MODES: ReadonlySet<string> = new Set([
  'disable',
  'no-verify',
  'require',
  'verify-ca',
  'verify-full',
]);

function isSocket(url: string): boolean {
  return /^\/|^socket:|[?&]host=(?:\/|%2f)|(?:@|\/\/)%2f/i.test(url);
}

/** Reads a bigint, such as count(*), as the number it is; one too large for that is an error, not a near miss. */
export function readBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError('The database answered with an integer beyond 2^53');
  return value;
}

type Parsers = CustomTypesConfig['getTypeParser'];

const INT8 = 20;

/** Parsers that read a bigint as `readBigint` does, and all else as the given ones do. */
export function withBigint(parsers: Parsers): CustomTypesConfig {
  const getTypeParser = (oid: Parameters<Parsers>[0], format: Parameters<Parsers>[1]) =>
    Number(oid) === INT8 ? readBigint : parsers(oid, format);
  return { getTypeParser: getTypeParser as Parsers };
}

const TYPES = withBigint(types.getTypeParser);
