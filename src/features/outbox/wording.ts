import { normaliseEmail, normaliseName } from '#src/kernel/text.ts';

type Model = Readonly<Record<string, unknown>>;

/**
 * A model whose every text is one line, and in which no address leads anywhere but to `issuer`.
 *
 * Names are chosen by those they belong to, and mail programs make a link of whatever looks like one:
 * "Visit evil.test" would go out under our name. So what is not a whole link of ours, or a whole mail
 * address, is parted where an address would be recognised.
 */
export function plainModel(model: Model, issuer: string): Model {
  return Object.fromEntries(
    Object.entries(model).map(([name, value]) => [name, plain(value, issuer)]),
  );
}

/** A text that people chose: one line, and no link in it. */
export function plainText(text: string): string {
  return normaliseName(text).replaceAll('://', ': //').replace(DOT, '$& ');
}

/** A full stop, in any of the forms domain names know it (UTS 46), before what could be the rest of one. */
const DOT = /[.。．｡](?=\p{L})/gu;

function plain(value: unknown, issuer: string): unknown {
  if (typeof value === 'string') return isWhole(value, issuer) ? value : plainText(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, issuer));
  return isRecord(value) ? plainModel(value, issuer) : value;
}

/** What may stand as it is: a link of ours, or somebody's mail address. */
function isWhole(text: string, issuer: string): boolean {
  return (text.startsWith(`${issuer}/`) && VISIBLE.test(text)) || normaliseEmail(text) === text;
}

const VISIBLE = /^[!-~]+$/;

function isRecord(value: unknown): value is Model {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
