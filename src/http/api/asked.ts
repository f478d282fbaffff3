import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { InvalidInput, NotFound, UnsupportedMedia } from '#src/kernel/faults.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { isOf, JSON_TYPE } from '../body.ts';
import { readJson, readParams, readQuery } from '../input.ts';
import { versionAskedFor } from './conditions.ts';
import type { AnyOperation, Asked } from './operation.ts';

const NOTHING = z.strictObject({});

/**
 * What a request asks of an operation, all of it read by the operation's own schemas. `NotFound` for a path whose
 * ids can't be anybody's; `UnsupportedMedia` for a body that is no plain JSON; `InvalidInput` for all that doesn't
 * fit, and for every field and member that the operation doesn't know.
 */
export async function readAsked(
  ctx: RouterContext,
  operation: AnyOperation,
  scope: AdminScope,
): Promise<Asked> {
  const params = paramsOf(ctx, operation.params ?? NOTHING);
  const query = readQuery(ctx, operation.query ?? NOTHING);
  const version = operation.method === 'GET' ? undefined : versionAskedFor(ctx);
  const body = await bodyOf(ctx, operation.body);
  return { scope, params, query, body, ...(version !== undefined && { version }) };
}

function paramsOf(ctx: RouterContext, schema: z.ZodType): unknown {
  try {
    return readParams(ctx, schema);
  } catch (error) {
    if (error instanceof InvalidInput) throw new NotFound('There is no such thing.');
    throw error;
  }
}

/** An operation that takes no body takes an empty object too: some programs always send one. */
async function bodyOf(ctx: Context, schema: z.ZodType | undefined): Promise<unknown> {
  const hasBody = ctx.get('Transfer-Encoding') !== '' || Number(ctx.get('Content-Length')) > 0;
  if (hasBody) {
    if (!isOf(ctx, JSON_TYPE)) throw new UnsupportedMedia(`Send this as ${JSON_TYPE}, in UTF-8.`);
    if (!/^(?:identity)?$/i.test(ctx.get('Content-Encoding'))) {
      throw new UnsupportedMedia('Send this uncompressed.');
    }
    return readJson(ctx, schema ?? NOTHING);
  }
  if (!schema) return undefined;
  const { success, data } = schema.safeParse(undefined);
  if (!success) throw new InvalidInput(`Send this as ${JSON_TYPE}: there is no body.`);
  return data;
}
