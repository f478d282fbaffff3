import type { Context } from 'koa';
import { type ShowPage, view } from './page.ts';

/** A page that goes on to `url` by itself, without a script, and by a link should it not. */
export const HopPage = view<{ url: string }>('hop');

/**
 * Goes on from a page of ours. A redirect would not do where Strict cookies have to come along (D4: whoever
 * comes from another site brings none along its redirects), or where a form led here whose page may not
 * send forms to where this ends (F9).
 */
export function hop(page: ShowPage, ctx: Context, url: string): void {
  page(ctx, HopPage, { url }, { referrer: 'no-referrer' });
}
