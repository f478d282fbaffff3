import type { Context } from 'koa';
import { InvalidInput, PreconditionFailed } from '#src/kernel/faults.ts';

const TAG = '(?:W/)?"[\\x21\\x23-\\x7e]*"';
const LIST = new RegExp(`^${TAG}(?:[ \\t]*,[ \\t]*${TAG})*$`);
const LONGEST = 1024;

/** The ETag of a state that a version names. */
export function tagOf(version: string): string {
  return `"${version}"`;
}

/**
 * The state that a change is meant for: what If-Match names. None where it isn't sent, and none for `*`, since
 * what isn't there can't be changed anyway. A weak tag never matches (RFC 9110 §13.1.1). Of the several that a
 * list may hold no more than one can be passed on, so a list of two is refused.
 */
export function versionAskedFor(ctx: Context): string | undefined {
  const header = ctx.get('If-Match').trim();
  if (header === '' || header === '*') return undefined;
  if (header.length > LONGEST || !LIST.test(header)) throw unreadable();
  const tags = header.match(new RegExp(TAG, 'g')) ?? [];
  const [version, another] = new Set(tags.filter((tag) => !tag.startsWith('W/')));
  if (another !== undefined) throw unreadable();
  if (version === undefined) throw new PreconditionFailed('A weak tag matches nothing here.');
  return version.slice(1, -1);
}

function unreadable(): InvalidInput {
  return new InvalidInput('Send one ETag in If-Match, as it was answered.');
}
