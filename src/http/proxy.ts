import { BlockList, isIP } from 'node:net';
import type { Context, Middleware } from 'koa';

/** Whose word about the client's address counts: nobody's, that of so many proxies, or of these. */
export type TrustProxy =
  | { readonly kind: 'none' }
  | { readonly kind: 'hops'; readonly hops: number }
  | { readonly kind: 'networks'; readonly networks: readonly string[] };

/** Where a unix socket's other end is: on this machine. */
const LOCAL = '127.0.0.1';

/**
 * Leaves of what proxies say only what can be believed (R13.4): one address in `X-Forwarded-For` and
 * one of `http`, `https` in `X-Forwarded-Proto`, or none. Koa and the provider run with `proxy: true`
 * behind it.
 *
 * An entry that is no address never ends the search nor stands for the client: the nearest proxy that
 * can be named counts instead, so that a forged header neither skips a check nor makes one fail.
 */
export function createProxyTrust(trust: TrustProxy): Middleware {
  const isTrusted = trustOf(trust);
  return async (ctx, next) => {
    const { headers } = ctx.req;
    const { address, hops } = clientOf(ctx, isTrusted);
    const scheme = hops === 0 ? undefined : schemeOf(ctx, hops);
    headers['x-forwarded-for'] = address;
    ctx.request.ip = address;
    if (scheme) headers['x-forwarded-proto'] = scheme;
    else delete headers['x-forwarded-proto'];
    await next();
  };
}

type IsTrusted = (address: string, hop: number) => boolean;

function trustOf(trust: TrustProxy): IsTrusted {
  if (trust.kind === 'none') return () => false;
  if (trust.kind === 'hops') return (_, hop) => hop < trust.hops;
  const list = new BlockList();
  for (const network of trust.networks) {
    const [address = '', prefix] = network.split('/');
    const family = familyOf(address);
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, familyOf(address));
}

/** Walks from our own peer outwards, as long as who speaks is trusted and names an address. */
function clientOf(ctx: Context, isTrusted: IsTrusted): { address: string; hops: number } {
  const said = listed(ctx.get('X-Forwarded-For')).toReversed();
  let address = addressOf(ctx.req.socket.remoteAddress ?? LOCAL) ?? LOCAL;
  let hops = 0;
  while (isTrusted(address, hops)) {
    const next = addressOf(said[hops] ?? '');
    hops += 1;
    if (next === undefined) break;
    address = next;
  }
  return { address, hops };
}

/** What the outermost trusted proxy was asked over. */
function schemeOf(ctx: Context, hops: number): string | undefined {
  const said = listed(ctx.get('X-Forwarded-Proto').toLowerCase());
  const scheme = said.at(-hops) ?? said[0] ?? '';
  return scheme === 'http' || scheme === 'https' ? scheme : undefined;
}

/** The address within `192.0.2.1:443`, `[2001:db8::1]:443`, `fe80::1%eth0` or `::ffff:192.0.2.1`. */
function addressOf(text: string): string | undefined {
  const bare = text
    .replace(/^\[([^\]]*)\](?::\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(bare) === 0 ? undefined : bare;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function listed(header: string): readonly string[] {
  return header.split(',').map((entry) => entry.trim());
}
