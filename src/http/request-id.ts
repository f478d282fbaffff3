import type { Context, Middleware } from 'koa';
import type { Ids } from '#src/kernel/ids.ts';

interface RequestIdParts {
  readonly ids: Pick<Ids, 'uuid'>;
  /** Runs the rest of the request so that the lines logged on its behalf bear the id. */
  readonly context: { run<T>(requestId: string, work: () => T): T };
}

/**
 * Names each request, in `X-Request-Id` and in every line logged for it.
 *
 * An id that came with the request is never taken over: whoever sends it could make two requests
 * look like one in the log.
 */
export function createRequestId({ ids, context }: RequestIdParts): Middleware {
  return async (ctx, next) => {
    const id = readable(ids.uuid());
    ctx.state['requestId'] = id;
    ctx.set('X-Request-Id', id);
    await context.run(id, next);
  };
}

/** The reference of this request, as it stands on error pages and in audit entries. */
export function requestIdOf(ctx: Pick<Context, 'state'>): string {
  const id: unknown = ctx.state['requestId'];
  return typeof id === 'string' ? id : '';
}

/** Crockford's base 32: no letter can be taken for a digit when it is read aloud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 26 places hold 130 bits: two more than there are, and they lead. */
const SPARE_BITS = 2;

/** A UUID's 128 bits in 26 capitals and digits; the order of time stays. */
export function readable(uuid: string): string {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  let text = '';
  let held = 0;
  let bits = SPARE_BITS;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
