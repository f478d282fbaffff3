import type { Page } from '../visitor.ts';

/**
 * `friendly` for a page that says in a person's words what has ended and lets them go on: never a stack,
 * never a bare error, never a form that invites them to send anything again. Else what is there.
 */
export function endOn(page: Page): string {
  const { status, heading, text, url } = page;
  const spoken = heading !== '' && !/\bat .+\.(?:ts|js):\d+|SessionNotFound/.test(text);
  const asks = page.has('input[name=password]') || page.has('#consent-allow');
  const friendly = spoken && !asks && status >= 400 && status < 500;
  return friendly ? 'friendly' : `${status} at ${url.href}: ${text}`;
}

/** The OAuth error code that the provider's error page prints, for administrators to look for. */
export function errorCodeOn({ text }: Page): string | undefined {
  return CODE.exec(text)?.[0];
}

const CODE =
  /\b(?:invalid|unsupported|unauthorized|access|server|login|consent|interaction)_[a-z_]+\b/;
