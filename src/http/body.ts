import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';
import { InvalidInput, TooLarge } from '#src/kernel/faults.ts';

/** How much of a body our own routes read (R15.1). */
export const BODY_LIMIT = 64 * 1024;
const MOST_FIELDS = 100;

/** A form as it was sent: each name once, each value a text. */
export type Fields = Readonly<Record<string, string>>;

const FORM = 'application/x-www-form-urlencoded';
export const JSON_TYPE = 'application/json';

/**
 * Reads the form of a POST, for `readForm` and the CSRF check behind it. A body of another type is
 * left unread: to those behind, no form was sent.
 */
export function createFormBody(limit: number = BODY_LIMIT): Middleware {
  return async (ctx, next) => {
    if (ctx.method === 'POST' && isOf(ctx, FORM)) {
      ctx.state['form'] = parseForm(await readBody(ctx, FORM, limit));
    }
    await next();
  };
}

/** The form that came with this request, if one did. */
export function formOf(ctx: Context): Fields | undefined {
  return ctx.state['form'] as Fields | undefined;
}

/** The JSON of a request. */
export async function readJsonBody(ctx: Context, limit: number = BODY_LIMIT): Promise<unknown> {
  const text = await readBody(ctx, JSON_TYPE, limit);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message repeats what was sent; where it stopped helps nobody at this size.
    throw new InvalidInput('The body isn’t JSON.');
  }
}

/**
 * The body as text: of this media type and no other, in UTF-8, not compressed, not longer than
 * `limit` bytes; `TooLarge` before more than that was kept.
 */
export async function readBody(ctx: Context, type: string, limit = BODY_LIMIT): Promise<string> {
  if (!isOf(ctx, type)) throw new InvalidInput(`Send this as ${type}, in UTF-8.`);
  const encoding = ctx.get('Content-Encoding');
  if (encoding && encoding !== 'identity') throw new InvalidInput('Send this uncompressed.');
  const bytes = await readBytes(ctx.req, limit);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Bytes that are no UTF-8: the decoder says no more than that.
    throw new InvalidInput('The body isn’t encoded in UTF-8.');
  }
}

/** Exactly this type, with no parameter but the charset we read. */
export function isOf(ctx: Context, type: string): boolean {
  const [given = '', ...parameters] = ctx.get('Content-Type').toLowerCase().split(';');
  return (
    given.trim() === type && parameters.every((text) => /^\s*charset="?utf-8"?\s*$/.test(text))
  );
}

/**
 * The fields of `name=value&…`, whose bytes must be UTF-8 all through. A name given twice is refused:
 * whoever reads the first and whoever reads the last would see two different requests.
 */
export function parseForm(text: string): Fields {
  const pairs = text.split('&').filter((pair) => pair !== '');
  if (pairs.length > MOST_FIELDS) throw new InvalidInput('That form has too many fields.');
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const [name, value] = decodePair(pair);
    if (fields.has(name)) throw new InvalidInput('That form has a field twice.');
    fields.set(name, value);
  }
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(fields));
}

function decodePair(pair: string): [name: string, value: string] {
  const end = pair.indexOf('=');
  const [name, value] = end < 0 ? [pair, ''] : [pair.slice(0, end), pair.slice(end + 1)];
  try {
    return [decode(name), decode(value)];
  } catch {
    // A stray percent sign or bytes that are no UTF-8: the text that was meant cannot be known.
    throw new InvalidInput('That form isn’t encoded in UTF-8.');
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

async function readBytes(req: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = Number(req.headers['content-length'] ?? 0);
  if (length > limit) throw tooLarge();
  length = 0;
  try {
    // Destroying the request would close the connection before it could be answered.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      length += bytes.length;
      if (length > limit) throw tooLarge();
      chunks.push(bytes);
    }
  } catch (error) {
    // What still comes is discarded, unkept, so that the refusal can be read at the other end.
    req.resume();
    throw error instanceof TooLarge ? error : new InvalidInput('The request ended early.');
  }
  return Buffer.concat(chunks);
}

function tooLarge(): TooLarge {
  return new TooLarge('That is more than this page reads.');
}
