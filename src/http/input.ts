import type { Context } from 'koa';
import type { z } from 'zod';
import { InvalidInput } from '#src/kernel/faults.ts';
import { isWritten } from '#src/kernel/text.ts';
import { formOf, parseForm, readJsonBody } from './body.ts';
import { CSRF_FIELD } from './csrf.ts';

/** The form of this request as `schema` types it; `InvalidInput` names each field that doesn't fit. */
export function readForm<Schema extends z.ZodType>(ctx: Context, schema: Schema): z.output<Schema> {
  const form = formOf(ctx);
  if (!form) throw new InvalidInput('Send this as a form.');
  const { [CSRF_FIELD]: _, ...fields } = form;
  return read(schema, fields);
}

/** The query likewise; a parameter given twice is refused. */
export function readQuery<Schema extends z.ZodType>(
  ctx: Context,
  schema: Schema,
): z.output<Schema> {
  return read(schema, parseForm(ctx.querystring));
}

/** The named parts of the route's path likewise. */
export function readParams<Schema extends z.ZodType>(
  ctx: Context & { readonly params: Readonly<Record<string, string>> },
  schema: Schema,
): z.output<Schema> {
  return read(schema, ctx.params);
}

/** The JSON body likewise. */
export async function readJson<Schema extends z.ZodType>(
  ctx: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  return read(schema, await readJsonBody(ctx));
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const unwritten = Object.fromEntries(unwrittenIn(input));
  if (Object.keys(unwritten).length > 0) throw new InvalidInput(DETAIL, unwritten);
  const { success, data, error } = schema.safeParse(input);
  if (success) return data;
  throw new InvalidInput(DETAIL, Object.fromEntries(error.issues.flatMap(faultsOf).toReversed()));
}

const DETAIL = 'Something that was sent doesn’t fit.';

const DEEPEST = 32;

/** NUL and lone surrogates, which no database takes and no keyboard makes, wherever they hide (F10). */
function* unwrittenIn(input: unknown, path: readonly string[] = []): Generator<[string, string]> {
  if (path.length > DEEPEST) throw new InvalidInput('What was sent is nested too deeply.');
  if (typeof input === 'string' && !isWritten(input)) {
    yield [path.join('.'), 'This has characters that can’t be used here.'];
  }
  if (typeof input !== 'object' || input === null) return;
  for (const [name, value] of Object.entries(input)) {
    if (!isWritten(name)) yield ['', 'A field’s name has characters that can’t be used here.'];
    yield* unwrittenIn(value, [...path, name]);
  }
}

/** What is wrong, by field; of members that nobody knows, each is one. */
function faultsOf(issue: z.core.$ZodIssue): readonly [field: string, message: string][] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [[path.join('.'), issue.message]];
  return issue.keys.map((key) => [[...path, key].join('.'), 'This isn’t known here.']);
}
