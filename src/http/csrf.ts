import type { Context } from 'koa';
import { Forbidden } from '#src/kernel/faults.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { formOf } from './body.ts';
import type { Cookies } from './cookies.ts';

interface CsrfParts {
  readonly digest: Digest;
  readonly ids: Pick<Ids, 'secret'>;
  readonly cookies: Cookies;
  readonly issuer: URL;
}

export interface Csrf {
  /**
   * A token for one form of one page. `binding` is what the form belongs to and a stranger cannot
   * name: an interaction and its step, or the browser. No two tokens look alike, so that a compressed
   * page gives none away (BREACH).
   */
  issue(binding: string): string;
  /** Throws `Forbidden` unless the form came from a page of ours and bears a token of this binding. */
  check(ctx: Context, binding: string): void;
  /** A binding for pages that belong to no interaction: a cookie of this browser, made when absent. */
  browserOf(ctx: Context): string;
}

/** The hidden field a form carries its token in. */
export const CSRF_FIELD = 'csrf';

const COOKIE = 'browser';
const SALT_BYTES = 9;

/**
 * Refuses forms that another site made a browser send (security cases 77, 85).
 *
 * What the browser itself says decides first: `Sec-Fetch-Site`, and where an older one leaves it out,
 * `Origin`, of which `null` counts as foreign. The token must be right in any case, so a request that
 * says nothing about where it comes from passes only with one.
 */
export function createCsrf({ digest, ids, cookies, issuer }: CsrfParts): Csrf {
  const sign = (binding: string, salt: string) =>
    digest.of('csrf', JSON.stringify([binding, salt]));

  function isGenuine(token: string, binding: string): boolean {
    const [salt = '', signature = ''] = token.split('.', 2);
    // Digests of digests: how far two texts agree cannot be seen from how long comparing them takes.
    return digest.of('csrf-equal', signature) === digest.of('csrf-equal', sign(binding, salt));
  }

  return {
    issue(binding) {
      const salt = ids.secret(SALT_BYTES);
      return `${salt}.${sign(binding, salt)}`;
    },
    check(ctx, binding) {
      const token = formOf(ctx)?.[CSRF_FIELD];
      const isOwn = isFromOurPage(ctx, issuer.origin) && token && isGenuine(token, binding);
      if (!isOwn) throw new Forbidden('That form is no longer one of ours.');
    },
    browserOf(ctx) {
      const known = cookies.read(ctx, COOKIE);
      if (known && /^[\w-]{43}$/.test(known)) return known;
      const fresh = ids.secret();
      cookies.write(ctx, COOKIE, fresh);
      return fresh;
    },
  };
}

function isFromOurPage(ctx: Context, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site && site !== 'none') return site === 'same-origin';
  const from = ctx.get('Origin');
  return from === '' || from === origin;
}
