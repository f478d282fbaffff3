import type { Ids } from '#src/kernel/ids.ts';

const DIGITS = 6;
const CODES = 10 ** DIGITS;
const BYTES = 4;
/** The largest multiple of the number of codes that so many bytes can say; what lies above is drawn again. */
const FAIR = Math.floor(2 ** (8 * BYTES) / CODES) * CODES;

/** A code that can be typed, every one as likely as any other. */
export function drawCode({ secret }: Pick<Ids, 'secret'>): string {
  for (;;) {
    const drawn = Buffer.from(secret(BYTES), 'base64url').readUInt32BE();
    if (drawn < FAIR) return `${drawn % CODES}`.padStart(DIGITS, '0');
  }
}

/** What was meant by a typed code: its digits, in whichever script and however they were grouped. */
export function readCode(typed: string): string {
  return typed.slice(0, LONGEST).normalize('NFKC').replace(/[\s-]/g, '');
}

const LONGEST = 64;

/** As it stands in the mail: in two groups, which are easier to carry over. */
export function sayCode(code: string): string {
  return `${code.slice(0, DIGITS / 2)} ${code.slice(DIGITS / 2)}`;
}
