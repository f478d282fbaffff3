/** The most characters a password may have (R6.1), counted after normalisation. */
export const MOST_CHARACTERS = 128;

/** Beyond any way to write that many characters; what is longer is not worth normalising. */
const LONGEST_WRITTEN = 1024;

/**
 * The one form a password is hashed in: NFKC, so that a letter and its accent are the same however a
 * keyboard sends them. Nothing else is changed: no trimming, no truncation.
 *
 * `undefined` when that leaves none, more than 128 characters, or a lone surrogate, which no keyboard
 * sends and every encoding turns into the same replacement.
 */
export function normalisePassword(text: string): string | undefined {
  if (text.length > LONGEST_WRITTEN || !text.isWellFormed()) return undefined;
  const password = text.normalize('NFKC');
  const characters = [...password].length;
  return characters >= 1 && characters <= MOST_CHARACTERS ? password : undefined;
}
