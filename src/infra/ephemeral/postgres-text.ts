/**
 * Text that Postgres takes, for any text: it knows no NUL (F10). A text that holds one, or begins like a
 * text that did, is written with U+0001 in front and with both characters escaped; every other is itself.
 * Lone surrogates become U+FFFD, as they do on their way to any store.
 */
export function toText(text: string): string {
  if (!text.includes('\0') && !text.startsWith(MARK)) return text.toWellFormed();
  return MARK + text.toWellFormed().replaceAll(MARK, `${MARK}1`).replaceAll('\0', `${MARK}0`);
}

/** The text that `toText` wrote. */
export function fromText(text: string): string {
  if (!text.startsWith(MARK)) return text;
  return text.slice(1).replaceAll(`${MARK}0`, '\0').replaceAll(`${MARK}1`, MARK);
}

const MARK = '\u0001';
