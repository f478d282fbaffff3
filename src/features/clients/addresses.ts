import { readUri } from '#src/kernel/uri.ts';
import type { Kind } from './client.ts';

/** Where a browser may be sent, called or called from: rules on text that is then kept as it is. */

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * What is wrong with a redirect URI (RFC 9700 §2.1). It is compared to the letter, so that whatever a
 * browser would read otherwise than it is written is refused here.
 */
export function redirectFault(text: string, kind: Kind): string | undefined {
  const url = readUri(text);
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
  const url = readUri(text);
  if (typeof url === 'string') return url;
  if (!isWeb(url)) return 'Use https.';
  if (url.origin !== text) return `Write scheme, host and port only: ${url.origin}`;
  return plainFault(url);
}

/** The origins a single-page application's redirect URIs are on: where its own calls come from. */
export function originsOf(redirectUris: readonly string[]): readonly string[] {
  const origins = redirectUris
    .filter((text) => redirectFault(text, 'spa') === undefined)
    .map((text) => new URL(text).origin);
  return [...new Set(origins)];
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
