import type { Kind } from './client.ts';

/** Where a browser may be sent, called or called from: rules on text that is then kept as it is. */

const LONGEST = 2000;

/** RFC 3986's characters, without the asterisk that people mean as a wildcard. Never space, control, backslash. */
const WRITTEN = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=%]+$/;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * What is wrong with a redirect URI (RFC 9700 §2.1). It is compared to the letter, so that whatever a
 * browser would read otherwise than it is written is refused here.
 */
export function redirectFault(text: string, kind: Kind): string | undefined {
  const url = parse(text);
  if (typeof url === 'string') return url;
  if (url.username !== '' || url.password !== '') return 'A user name is not allowed.';
  if (url.href !== text && url.href !== `${text}/`) return `Write it as browsers do: ${url.href}`;
  if (isWeb(url)) return plainFault(url);
  return kind === 'native' ? privateSchemeFault(url) : 'Use https.';
}

/** What is wrong with an address that this server calls: as a redirect URI, but on the web. */
export function callFault(text: string): string | undefined {
  return redirectFault(text, 'web');
}

/** What is wrong with an origin whose pages may call the token and UserInfo endpoints. */
export function originFault(text: string): string | undefined {
  const url = parse(text);
  if (typeof url === 'string') return url;
  if (!isWeb(url)) return 'Use https.';
  if (url.origin !== text) return `Write scheme, host and port only: ${url.origin}`;
  return plainFault(url);
}

/** What is wrong with a resource indicator: an absolute URI without a fragment (RFC 8707 §2). */
export function resourceFault(text: string): string | undefined {
  const url = parse(text);
  if (typeof url === 'string') return url;
  return SCRIPTS.has(url.protocol) ? 'This names no resource.' : undefined;
}

/** The origins a single-page application's redirect URIs are on: where its own calls come from. */
export function originsOf(redirectUris: readonly string[]): readonly string[] {
  const origins = redirectUris
    .filter((text) => redirectFault(text, 'spa') === undefined)
    .map((text) => new URL(text).origin);
  return [...new Set(origins)];
}

function parse(text: string): URL | string {
  if (text.length > LONGEST) return `Use at most ${LONGEST} characters.`;
  if (text.includes('*')) return 'Wildcards are not allowed: write out each address.';
  if (text.includes('#')) return 'A fragment is not allowed.';
  if (!WRITTEN.test(text)) return 'Only the characters of a URI are allowed: encode all others.';
  // The scheme must stand there as it will be read: lower-case, and followed by something.
  const url = /^[a-z][a-z0-9+.-]*:./.test(text) ? URL.parse(text) : undefined;
  return url ?? 'This is not an absolute URI.';
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

function plainFault({ protocol, hostname }: URL): string | undefined {
  if (protocol === 'https:' || LOOPBACK.has(hostname)) return undefined;
  return 'Use https; http is for 127.0.0.1, [::1] and localhost only.';
}

/** RFC 8252 §7.1: a scheme of one's own is a domain name of one's own, reversed. */
function privateSchemeFault(url: URL): string | undefined {
  return url.protocol.includes('.')
    ? undefined
    : 'A scheme of your own needs a dot, as in com.example.app:/callback.';
}

const SCRIPTS: ReadonlySet<string> = new Set(['javascript:', 'data:', 'vbscript:', 'blob:']);
