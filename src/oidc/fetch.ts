import { BlockList, isIP } from 'node:net';

/**
 * The engine's outgoing calls: back-channel logout, and nothing else.
 *
 * The engine refuses every address that is not public (SSRF, security case 1.19). An operator whose
 * applications live on private addresses names them in AVIAN_FETCH_ALLOW, as hosts or CIDRs; only
 * calls to those go without that guard. Redirects are never followed.
 */
export function createFetch(allow: readonly string[]) {
  const isAllowed = createAllowList(allow);
  return (
    url: string | URL,
    options: RequestInit & { dispatcher?: unknown },
  ): Promise<Response> => {
    const target = new URL(url);
    const { dispatcher, ...rest } = options;
    const guarded = isAllowed(target.hostname) ? rest : { ...rest, dispatcher };
    return globalThis.fetch(target, { ...guarded, redirect: 'manual' } as RequestInit);
  };
}

/** Whether a host was named, itself or by a range that holds its address. A name is not resolved: it must be named. */
export function createAllowList(allow: readonly string[]): (host: string) => boolean {
  const ranges = new BlockList();
  const hosts = new Set<string>();
  for (const item of allow) {
    const [address = '', prefix] = item.split('/');
    const family = isIP(address);
    if (family === 0) hosts.add(item.toLowerCase());
    else if (prefix === undefined) ranges.addAddress(address, name(family));
    else ranges.addSubnet(address, Number(prefix), name(family));
  }
  return (host) => {
    const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
    const family = isIP(bare);
    return hosts.has(bare) || (family !== 0 && ranges.check(bare, name(family)));
  };
}

function name(family: number): 'ipv4' | 'ipv6' {
  return family === 6 ? 'ipv6' : 'ipv4';
}
