import { STATUS_CODES } from 'node:http';
import type { Context, Middleware } from 'koa';
import { Fault, InvalidInput, TooMany, Unavailable } from '#src/kernel/faults.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { type ShowPage, view } from './page.ts';
import { isOfApi, PROBLEM_TYPE, type Problem, pointErrors } from './problem.ts';
import { requestIdOf } from './request-id.ts';

interface FaultBoundaryParts {
  readonly page: ShowPage;
  readonly logger: Logger;
}

/** What is said of a request that came to nothing. */
interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

export const FaultPage = view<Refusal & { readonly reference: string }>('fault/fault');

/** What a handler that failed half-way may have said already, and does not hold any more. */
const WITHDRAWN = [
  'Location',
  'ETag',
  'Last-Modified',
  'Set-Cookie',
  'Content-Encoding',
  'Content-Disposition',
  'Content-Type',
  'Content-Length',
];

/**
 * The one place where faults end (C.10). A person gets a page, a program RFC 9457; a `Fault` says what
 * is wrong, anything else is a 500 that says its reference and nothing more, and is logged with its
 * cause. Requests that nobody answered end here too.
 */
export function createFaultBoundary(parts: FaultBoundaryParts): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (isUnanswered(ctx)) answer(parts, ctx, unanswered(ctx.status));
    } catch (error) {
      report(parts.logger, error);
      if (ctx.headerSent) throw error;
      for (const name of WITHDRAWN) ctx.remove(name);
      if (error instanceof Unavailable || error instanceof TooMany)
        ctx.set('Retry-After', String(error.retryAfter));
      answer(parts, ctx, refusalOf(error));
    }
  };
}

function isUnanswered(ctx: Context): boolean {
  const isEmpty = ctx.body === undefined || ctx.body === null;
  return isEmpty && ctx.status >= 400 && ctx.respond !== false && !ctx.headerSent;
}

function unanswered(status: number): Refusal {
  if (status === 503) return { status, code: 'unavailable' };
  return { status, code: status === 404 ? 'not-found' : 'not-possible' };
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Fault)) return { status: 500, code: 'internal' };
  const { status, code, detail } = error;
  // Of our own troubles a visitor learns that they are ours.
  if (status >= 500) return { status, code };
  return { status, code, detail, ...(error instanceof InvalidInput && { fields: error.fields }) };
}

function report(logger: Logger, error: unknown): void {
  if (!(error instanceof Fault)) {
    logger.error({ err: error }, 'a request failed');
    return;
  }
  const fields = { fault: error.code, detail: error.detail, err: error.cause };
  if (error.status >= 500) logger.error(fields, 'a request could not be served');
  else if (error.code === 'tenant-boundary') logger.warn(fields, 'a tenant’s boundary was reached');
  else logger.debug(fields, 'a request was refused');
}

function answer(parts: FaultBoundaryParts, ctx: Context, refusal: Refusal): void {
  ctx.vary('Accept');
  if (wantsPage(ctx) && hasShown(parts, ctx, refusal)) return;
  ctx.status = refusal.status;
  ctx.set('Cache-Control', 'no-store');
  ctx.type = PROBLEM_TYPE;
  ctx.body = JSON.stringify(problemOf(ctx, refusal));
}

function hasShown({ page, logger }: FaultBoundaryParts, ctx: Context, refusal: Refusal): boolean {
  try {
    const model = { ...refusal, reference: requestIdOf(ctx) };
    page(ctx, FaultPage, model, { status: refusal.status });
    return true;
  } catch (error) {
    // The last page there is has failed itself: what a program is told serves a person better than nothing.
    logger.error({ err: error }, 'the fault page could not be shown');
    return false;
  }
}

/** Browsers name HTML; whoever takes anything is a program, and whoever asks the API. */
function wantsPage(ctx: Context): boolean {
  if (isOfApi(ctx.path)) return false;
  return ctx.accepts(PROBLEM_TYPE, 'application/json', 'text/html') === 'text/html';
}

function problemOf(ctx: Context, { status, code, detail, fields }: Refusal): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Unknown',
    status,
    ...(detail && { detail }),
    code,
    requestId: requestIdOf(ctx),
    ...(fields && { errors: pointErrors(fields) }),
  };
}
