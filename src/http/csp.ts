import type { Context } from 'koa';

const DIRECTIVES = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
} as const;

const HEADER = 'Content-Security-Policy';

/**
 * What every response starts with (R14.1). `script-src` is spelled out although it could follow from
 * `default-src`: the provider adds its hashes to that directive only.
 */
export const CONTENT_SECURITY_POLICY = Object.entries(DIRECTIVES)
  .map(([name, sources]) => `${name} ${sources.join(' ')}`)
  .join('; ');

/** An origin, or the bare scheme of a native application. Nothing that could end the directive. */
const SOURCE = /^[a-z][a-z0-9+.-]*:(?:\/\/[a-z0-9._-]+(?::\d{1,5})?)?$/i;

/**
 * Lets forms of this response end at `target` too. Browsers hold `form-action` against every redirect
 * that follows the submission, so a sign-in could not go back to its application without (F9).
 * All that stands in the policy stays, hashes added by the provider included.
 */
export function allowFormAction(ctx: Context, target: string): void {
  const source = sourceOf(target);
  const policy = ctx.response.get(HEADER) || CONTENT_SECURITY_POLICY;
  const directives = policy.split(';').map((directive) => directive.trim().split(/\s+/));
  for (const directive of directives) {
    if (directive[0] === 'form-action' && !directive.includes(source)) directive.push(source);
  }
  ctx.set(HEADER, directives.map((directive) => directive.join(' ')).join('; '));
}

/** Lets scripts of this response ask this server. */
export function allowConnections(ctx: Context): void {
  const policy = ctx.response.get(HEADER) || CONTENT_SECURITY_POLICY;
  ctx.set(HEADER, `${policy}; connect-src 'self'`);
}

function sourceOf(target: string): string {
  // A policy has no way to write an IPv6 address; the scheme is the narrowest that covers it.
  const source = target.replace(/^(https?:)\/\/\[[0-9a-f:.]+\](?::\d{1,5})?$/i, '$1');
  if (!SOURCE.test(source)) throw new TypeError('A form target is no origin and no scheme.');
  return source;
}
