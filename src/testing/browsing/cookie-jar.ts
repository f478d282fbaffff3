import { isTrustworthy } from './site.ts';

export type SameSite = 'Strict' | 'Lax' | 'None';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite;
  /** Milliseconds since the epoch; a cookie without it goes when the browser closes. */
  readonly expiresAt?: number;
}

/** How a request came about, as far as SameSite asks (RFC 6265bis §5.2). */
export interface Errand {
  readonly crossSite: boolean;
  readonly method: string;
}

/** The cookies of one browser profile, kept and sent by a browser's rules. */
export interface CookieJar {
  /** Takes what a response sets; a cookie a browser would refuse is left out. */
  take(url: URL, lines: readonly string[]): void;
  /** What goes into the `Cookie` header of a top-level navigation: longer paths first. */
  headerFor(url: URL, errand: Errand): string | undefined;
  /** All that have not expired; of one address only, when one is given. */
  all(url?: URL): readonly Cookie[];
  find(name: string): Cookie | undefined;
}

export function createCookieJar(now: () => number): CookieJar {
  const cookies = new Map<string, Cookie>();
  const keyOf = (cookie: Cookie) => [cookie.domain, cookie.path, cookie.name].join('\n');
  const isAlive = ({ expiresAt }: Cookie) => expiresAt === undefined || expiresAt > now();
  const living = () => [...cookies.values()].filter(isAlive);

  return {
    take(url, lines) {
      for (const line of lines) {
        const cookie = readSetCookie(line, url, now());
        if (!cookie) continue;
        cookies.delete(keyOf(cookie));
        if (isAlive(cookie)) cookies.set(keyOf(cookie), cookie);
      }
    },
    headerFor(url, errand) {
      const sent = living().filter((cookie) => isFor(cookie, url) && travels(cookie, errand));
      if (sent.length === 0) return undefined;
      return sent
        .toSorted((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
    },
    all: (url) => (url ? living().filter((cookie) => isFor(cookie, url)) : living()),
    find: (name) => living().find((cookie) => cookie.name === name),
  };
}

/** One `Set-Cookie` line as a browser reads it; `undefined` where it would refuse the cookie. */
export function readSetCookie(line: string, url: URL, now: number): Cookie | undefined {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  if (equals < 1 || name.length + value.length > 4096) return undefined;

  const attributes = new Map<string, string>();
  for (const attribute of rest) {
    const [key = '', ...parts] = attribute.trim().split('=');
    attributes.set(key.toLowerCase(), parts.join('='));
  }
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  const path = attributes.get('path');
  const expiresAt = expiryOf(attributes, now);
  const cookie: Cookie = {
    name,
    value,
    domain: domain || url.hostname,
    hostOnly: !domain,
    path: path?.startsWith('/') ? path : defaultPath(url),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    sameSite: sameSiteOf(attributes.get('samesite')),
    ...(expiresAt !== undefined && { expiresAt }),
  };
  return isAcceptable(cookie, url) ? cookie : undefined;
}

function isAcceptable(cookie: Cookie, url: URL): boolean {
  const { name, secure, hostOnly, path, sameSite } = cookie;
  if (!matchesDomain(cookie, url.hostname)) return false;
  if (secure && !isTrustworthy(url)) return false;
  if (sameSite === 'None' && !secure) return false;
  if (/^__secure-/i.test(name)) return secure;
  if (/^__host-/i.test(name)) return secure && hostOnly && path === '/';
  return true;
}

function isFor(cookie: Cookie, url: URL): boolean {
  return (
    matchesDomain(cookie, url.hostname) &&
    matchesPath(cookie.path, url.pathname) &&
    (!cookie.secure || isTrustworthy(url))
  );
}

/** Strict stays at home on a visit from elsewhere; Lax comes along when the visit only reads. */
function travels({ sameSite }: Cookie, { crossSite, method }: Errand): boolean {
  if (!crossSite || sameSite === 'None') return true;
  return sameSite === 'Lax' && (method === 'GET' || method === 'HEAD');
}

function matchesDomain({ domain, hostOnly }: Cookie, hostname: string): boolean {
  return hostname === domain || (!hostOnly && hostname.endsWith(`.${domain}`));
}

/** RFC 6265 §5.1.4: the path itself, or anything below it. */
function matchesPath(path: string, asked: string): boolean {
  if (!asked.startsWith(path)) return false;
  return asked.length === path.length || path.endsWith('/') || asked[path.length] === '/';
}

function defaultPath({ pathname }: URL): string {
  const last = pathname.lastIndexOf('/');
  return last <= 0 ? '/' : pathname.slice(0, last);
}

/** `Max-Age` wins over `Expires` (RFC 6265 §5.3). */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number | undefined {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const expires = attributes.get('expires');
  const instant = expires === undefined ? Number.NaN : Date.parse(expires);
  return Number.isNaN(instant) ? undefined : instant;
}

/** What is absent or unknown counts as Lax. */
function sameSiteOf(text = ''): SameSite {
  const known: Readonly<Record<string, SameSite>> = { strict: 'Strict', none: 'None' };
  return known[text.toLowerCase()] ?? 'Lax';
}
