import type { Context } from 'koa';
import { SECOND } from '#src/kernel/clock.ts';

export interface CookieSettings {
  /** Whether the issuer is https: then every cookie is Secure and bears a prefix that proves it. */
  readonly secure: boolean;
  readonly sameSite: 'strict' | 'lax';
}

export interface Cookies {
  read(ctx: Context, name: string): string | undefined;
  /** Lasts `seconds`, or until the browser closes. */
  write(ctx: Context, name: string, value: string, seconds?: number): void;
  clear(ctx: Context, name: string): void;
}

/**
 * A cookie's full name (RFC 6265bis §4.1.3): a `__Host-` cookie can have been set by this very host
 * only, so no neighbouring subdomain can plant one. Those below a path cannot bear that prefix.
 */
export function cookieName(
  name: string,
  { secure, path = '/' }: { secure: boolean; path?: string },
): string {
  if (!secure) return `avian-${name}`;
  return path === '/' ? `__Host-avian-${name}` : `__Secure-avian-${name}`;
}

/** Our own cookies: HttpOnly, host-only, Secure over https, SameSite as set (R7.3, R7.4). */
export function createCookies({ secure, sameSite }: CookieSettings): Cookies {
  const flags = { httpOnly: true, secure, sameSite, path: '/', signed: false, overwrite: true };
  const set = (ctx: Context, name: string, value: string | null, seconds?: number) => {
    // Behind a proxy the connection itself is plain; that the issuer is https is what counts.
    if (secure) ctx.cookies.secure = true;
    const life = seconds === undefined ? {} : { maxAge: seconds * SECOND };
    ctx.cookies.set(cookieName(name, { secure }), value, { ...flags, ...life });
  };
  return {
    read: (ctx, name) => ctx.cookies.get(cookieName(name, { secure }), { signed: false }),
    write: set,
    clear: (ctx, name) => set(ctx, name, null),
  };
}
