import { z } from 'zod';
import type { Outcome } from '#src/kernel/outcome.ts';

/** One variable: its rule, and what people are told of it. */
export interface Variable<Schema extends z.ZodType = z.ZodType> {
  readonly group: string;
  readonly text: string;
  /** May also be given as NAME_FILE, and is never printed. */
  readonly secret?: true;
  /** What holds when it is not set, in words, where the rule does not tell. */
  readonly standard?: string;
  readonly example?: string;
  readonly schema: Schema;
}

export function variable<Schema extends z.ZodType>(
  about: Omit<Variable, 'schema'>,
  schema: Schema,
): Variable<Schema> {
  return { ...about, schema: schema.describe(about.text) };
}

/** The value a rule itself gives to a variable that is not set. */
export function defaultOf({ schema }: Variable): string | undefined {
  const value: unknown = schema.safeParse(undefined).data;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** A whole number within bounds, both included. */
export function whole(least: number, most: number) {
  const fits = (text: string) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most;
  return z
    .string()
    .refine(fits, `must be a whole number from ${least} to ${most}`)
    .transform(Number);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const last = words.at(-1) ?? '';
  return z.enum(words, { error: `must be ${words.slice(0, -1).join(', ')} or ${last}` });
}

/** A text that `parse` understands, or says what is wrong with. */
export function parsed<Value>(parse: (text: string) => Outcome<Value, string>) {
  return z.string().transform((text, ctx): Value => {
    const ending = parse(text);
    if (ending.ok) return ending.value;
    ctx.addIssue({ code: 'custom', message: ending.reason });
    return z.NEVER;
  });
}

/** A connection string of one of these schemes, its credentials percent-encoded. */
export function connection(schemes: readonly string[]) {
  const begins = new RegExp(`^(?:${schemes.join('|')})://`);
  const forms = schemes.map((name) => `${name}://`).join(' or ');
  return z
    .string()
    .refine(
      (text) => begins.test(text) && isAddress(text),
      `must be an address that begins with ${forms}, special characters in its password percent-encoded`,
    );
}

/** A database's address may leave its host out, which `URL` does not allow: a socket follows as a parameter. */
function isAddress(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text)) return false;
  try {
    decodeURIComponent(text);
  } catch {
    // A stray percent sign: drivers throw on it when they connect.
    return false;
  }
  return URL.canParse(text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?#]|$)/, '$1host'));
}

/** The path of a file or directory. */
export function file() {
  return z.string().refine((text) => !/[\0\r\n]/.test(text), 'must be a path');
}
