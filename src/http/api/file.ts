import type { Readable } from 'node:stream';
import type { Context } from 'koa';

/** A file that is made while it is sent, as fast as whoever asked for it takes it. */
export interface File {
  readonly name: string;
  readonly type: string;
  readonly content: Readable;
  /** The query with which the same operation goes on where this file ends, if there is more. */
  readonly next?: URLSearchParams;
}

/** Sends it as something to keep: no browser shows what strangers wrote as a page of ours. */
export function giveFile(ctx: Context, { name, type, content, next }: File): void {
  ctx.set({
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
    ...(next && { Link: `<?${next.toString()}>; rel="next"` }),
  });
  ctx.status = 200;
  ctx.body = content;
}
