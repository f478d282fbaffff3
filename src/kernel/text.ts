/**
 * The one form an e-mail address is stored, looked up and compared in: NFKC, no surrounding space,
 * lower case. `undefined` when that is no single address of at most 254 octets (RFC 5321 §4.5.3.1).
 */
export function normaliseEmail(text: string): string | undefined {
  if (text.length > LONGEST_WRITTEN) return undefined;
  // Once more after lower-casing: J and a caron stay two characters, j and a caron become one.
  const address = text.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  return ADDRESS.test(address) && Buffer.byteLength(address) <= 254 ? address : undefined;
}

/** More than any way to write 254 octets; what is longer is not worth normalising. */
const LONGEST_WRITTEN = 1024;

const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}\\p{M}-]{0,61}[\\p{L}\\p{N}\\p{M}])?';
const ADDRESS = new RegExp(`^[^\\s@<>()\\[\\]\\\\,;:"\\p{C}]{1,64}@${LABEL}(?:\\.${LABEL})*$`, 'u');

/** Controls, line separators, direction marks, lone surrogates. Joiners stay: Persian and emoji need them. */
const UNWRITTEN =
  /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * What people may write (R15.4): NFC, one line, without control and direction characters; empty when
 * nothing of it can be seen.
 */
export function normaliseName(text: string): string {
  const name = text
    .replace(/\s/g, ' ')
    .replace(UNWRITTEN, '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(name) ? name : '';
}

/** Whether every character is one that a person can have meant; NUL and lone surrogates are not. */
export function isWritten(text: string): boolean {
  return text.isWellFormed() && !/[\0-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text);
}
