import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** How one cookie is set; `undefined` as its value takes it away. */
export interface CookieDraft {
  readonly name: string;
  readonly value: string | undefined;
  readonly maxAge: number;
  readonly secure: boolean;
  /** Only for an answer that comes by POST from the provider's site; needs `secure`. */
  readonly crossSite?: boolean;
}

/**
 * One `Set-Cookie` line. Lax, not Strict: the browser comes back from the provider's site, and a
 * Strict cookie would stay at home then.
 */
export function setCookie(draft: CookieDraft): string {
  return [
    `${draft.name}=${draft.value ?? ''}`,
    'Path=/',
    'HttpOnly',
    `SameSite=${draft.crossSite ? 'None' : 'Lax'}`,
    `Max-Age=${draft.value === undefined ? 0 : draft.maxAge}`,
    ...(draft.secure ? ['Secure'] : []),
  ].join('; ');
}

export function readCookie(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}

/** Puts a value in a cookie so that only this process can have written what it reads back. */
export function createSeal(key = randomBytes(32)) {
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();

  return {
    close(value: unknown): string {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${text}.${sign(text).toString('base64url')}`;
    },
    open(sealed: string | undefined): unknown {
      const [text, signature] = (sealed ?? '').split('.', 2);
      if (!text || !signature) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const right = sign(text);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}
