import { InvalidInput } from '#src/kernel/faults.ts';
import { type Phc, readPhc } from './phc.ts';

/** A hash of another system, in a scheme that may be imported. */
export type ImportedHash =
  | { readonly scheme: 'bcrypt'; readonly rounds: number }
  | ({ readonly scheme: 'argon2' | 'scrypt' } & Phc)
  | ({ readonly scheme: 'pbkdf2'; readonly digest: 'sha1' | 'sha256' | 'sha512' } & Phc);

const BCRYPT = /^\$2[aby]\$(?<rounds>\d\d)\$[./A-Za-z0-9]{53}$/;

/** Beyond any hash with parameters within bounds. */
const LONGEST = 1024;

/** Reads a hash of a scheme that may be imported; `undefined` for anything else. */
export function readImported(text: string): ImportedHash | undefined {
  if (text.length > LONGEST) return undefined;
  const bcrypt = BCRYPT.exec(text)?.groups;
  if (bcrypt) return { scheme: 'bcrypt', rounds: Number(bcrypt['rounds']) };
  const phc = readPhc(/^\$(?:pbkdf2|scrypt)/.test(text) ? rewritten(text) : text);
  switch (phc?.algorithm) {
    case 'argon2i':
    case 'argon2d':
    case 'argon2id':
      return { scheme: 'argon2', ...phc };
    case 'scrypt':
      return { scheme: 'scrypt', ...phc };
    case 'pbkdf2':
    case 'pbkdf2-sha1':
      return { scheme: 'pbkdf2', digest: 'sha1', ...phc };
    case 'pbkdf2-sha256':
      return { scheme: 'pbkdf2', digest: 'sha256', ...phc };
    case 'pbkdf2-sha512':
      return { scheme: 'pbkdf2', digest: 'sha512', ...phc };
    default:
      return undefined;
  }
}

/** As the PHC has it: some name no iterations, pad base64, or write `.` for `+`. */
function rewritten(text: string): string {
  return text
    .replace(/^(\$pbkdf2[a-z0-9-]*\$)(\d+\$)/, '$1i=$2')
    .replace(/={1,2}(?=\$|$)/g, '')
    .replaceAll('.', '+');
}

/** Throws `InvalidInput` where a hash may not be kept: no such scheme, too weak, or too dear to verify. */
export function refuseHash(text: string): void {
  const fault = faultOf(readImported(text));
  if (fault !== undefined) throw new InvalidInput('The hash is not valid.', { hash: fault });
}

function faultOf(hash: ImportedHash | undefined): string | undefined {
  if (!hash) return 'Use bcrypt, argon2, scrypt or pbkdf2, written as usual.';
  // A key of few bytes is many passwords' key.
  if ('key' in hash && (!within(hash.key.length, 16, 128) || !within(hash.salt.length, 8, 128))) {
    return 'Use 8 to 128 bytes of salt, and 16 to 128 of key.';
  }
  return isWithin(hash) ? undefined : 'Its parameters are too weak to keep, or too dear to verify.';
}

const MOST_BYTES = 2 ** 28;
const MOST_BYTES_PASSED = 2 ** 30;

/** What guessing must cost at least, and verifying at most: about a second of one core, and 256 MiB. */
function isWithin(hash: ImportedHash): boolean {
  if (hash.scheme === 'bcrypt') return within(hash.rounds, 10, 14);
  const parameter = (name: string) => hash.parameters.get(name) ?? 0;
  switch (hash.scheme) {
    case 'argon2': {
      const [bytes, passes] = [parameter('m') * 1024, parameter('t')];
      const fits = within(bytes, 2 ** 22, MOST_BYTES) && passes * bytes <= MOST_BYTES_PASSED;
      const isKnown = [undefined, 16, 19].includes(hash.version);
      return isKnown && fits && passes >= 1 && within(parameter('p'), 1, 16);
    }
    case 'scrypt': {
      const bytes = 128 * parameter('r') * 2 ** parameter('ln');
      const fits = within(bytes, 2 ** 24, MOST_BYTES);
      return fits && within(parameter('r'), 1, 32) && within(parameter('p'), 1, 4);
    }
    case 'pbkdf2':
      return within(parameter('i'), 10_000, 2_000_000);
  }
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
