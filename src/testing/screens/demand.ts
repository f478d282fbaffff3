import type { Page } from '../visitor.ts';

/** Throws, with what is there instead, unless the page is the one that a test means to act on. */
export function demand(page: Page, what: string, holds: boolean): void {
  if (holds) return;
  const way = page.hops.map(({ method, url, status }) => `  ${method} ${url.href} ${status}`);
  throw new Error(
    `Not ${what}, but ${page.url.href} (${page.status}):\n${page.text}\n${way.join('\n')}`,
  );
}
