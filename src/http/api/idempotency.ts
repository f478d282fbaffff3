import type { Context } from 'koa';
import { Fault, InvalidInput } from '#src/kernel/faults.ts';
import type { Claim, IdempotencyKeys, KeptAnswer } from '#src/kernel/idempotency.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Asked } from './operation.ts';

const HEADER = 'Idempotency-Key';
const VISIBLE = /^[\x21-\x7e]{1,255}$/;
const RETRY_SECONDS = 1;

/** 409 or 422: nothing is done under this key for this request. */
class KeyRefused extends Fault {
  readonly code: string;
  readonly status: 409 | 422;

  constructor(status: 409 | 422, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export interface OnceDeps {
  readonly keys: IdempotencyKeys;
  readonly logger: Logger;
}

/** Carries a request out, at most once where it says so. */
export type AnswerOnce = (
  ctx: Context,
  asked: Asked,
  act: () => Promise<KeptAnswer>,
) => Promise<KeptAnswer>;

/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): what bears one is carried out at most once, and
 * whoever sends it again gets the same answer, its secrets included. Another request under the key is refused
 * by 422, one that comes while the first is under way by 409 and Retry-After.
 *
 * What was refused, or failed, changed nothing, and its key may be used again. An instance
 * that dies on the way leaves its key claimed for as long as an answer would have been kept: nobody knows whether
 * the request was carried out, so it isn't carried out again, and whoever asks is told so by 409. The same holds
 * when the answer was given but could not be kept. Only a commit whose acknowledgement was lost frees a key of
 * something done; it is answered by 503.
 */
export function createAnswerOnce({ keys, logger }: OnceDeps): AnswerOnce {
  async function carryOut(
    claim: Extract<Claim, { kind: 'first' }>,
    act: () => Promise<KeptAnswer>,
  ) {
    const answer = await act().catch(async (error: unknown) => {
      // What went wrong is told, whatever becomes of the key.
      await claim.free().catch(lament);
      throw error;
    });
    // It is done: an answer that may hold the only copy of a secret is not held back.
    await claim.keep(answer).catch(lament);
    return answer;
  }

  function lament(error: unknown): void {
    logger.error({ err: error }, 'an idempotency key was left claimed, without an answer');
  }

  return async (ctx, asked, act) => {
    const key = keyOf(ctx);
    if (key === undefined) return act();
    const content = JSON.stringify([asked.query, asked.body ?? null, asked.version ?? null]);
    const request = { key, method: ctx.method, path: ctx.path, content };
    const claim = await keys.claim(asked.scope, request);
    if (claim.kind === 'first') return carryOut(claim, act);
    if (claim.kind === 'answered') return claim.answer;
    if (claim.kind === 'under-way') ctx.set('Retry-After', String(RETRY_SECONDS));
    throw refusalOf(claim.kind);
  };
}

function keyOf(ctx: Context): string | undefined {
  const { [HEADER.toLowerCase()]: key } = ctx.headers;
  if (key === undefined) return undefined;
  if (typeof key === 'string' && VISIBLE.test(key)) return key;
  throw new InvalidInput(`${HEADER} is 1 to 255 visible ASCII characters, and sent once.`);
}

const LOST =
  'That request ended without an answer. See whether it was carried out, then use another key.';

function refusalOf(kind: 'other-request' | 'under-way' | 'lost'): KeyRefused {
  switch (kind) {
    case 'other-request':
      return new KeyRefused(422, 'key-reused', 'That key was used for another request.');
    case 'under-way':
      return new KeyRefused(409, 'request-under-way', 'That request is being carried out.');
    case 'lost':
      return new KeyRefused(409, 'request-lost', LOST);
  }
}
