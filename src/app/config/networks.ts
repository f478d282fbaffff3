import { isIP } from 'node:net';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';

/** Whose word about the client's address counts (R13.4): nobody's, that of so many proxies, or of these. */
export type TrustProxy =
  | { readonly kind: 'none' }
  | { readonly kind: 'hops'; readonly hops: number }
  | { readonly kind: 'networks'; readonly networks: readonly string[] };

const MOST_HOPS = 16;
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

/** The entries of a list written with commas or spaces. */
export function listed(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** A hop count, or a list of networks. */
export function parseTrustProxy(text: string): Outcome<TrustProxy, string> {
  const networks = listed(text);
  if (/^\d+$/.test(text.trim()) && Number(text) <= MOST_HOPS) return done(trustOf(Number(text)));
  if (networks.length > 0 && networks.every(isNetwork)) return done({ kind: 'networks', networks });
  return refused(`must be a number of proxies up to ${MOST_HOPS}, or networks such as 10.0.0.0/8`);
}

function trustOf(hops: number): TrustProxy {
  return hops === 0 ? { kind: 'none' } : { kind: 'hops', hops };
}

/** Hosts and networks, in lower case. */
export function parseHosts(text: string): Outcome<readonly string[], string> {
  const entries = listed(text.toLowerCase());
  if (entries.every((entry) => isNetwork(entry) || isHost(entry))) return done(entries);
  return refused('must be hosts or networks, such as app.internal or 10.0.0.0/8');
}

/** `192.0.2.9.` and `999.1.1.1` are mistyped addresses, not hosts. */
function isHost(text: string): boolean {
  return HOST.test(text) && !/^[\d.]+$/.test(text);
}

/** An address, or one with a prefix length that leaves somebody out. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) return false;
  if (prefix === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
