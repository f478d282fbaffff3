import { BlockList, isIP } from 'node:net';

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
    const bare = bareHost(host);
    const family = isIP(bare);
    return hosts.has(bare) || (family !== 0 && ranges.check(bare, name(family)));
  };
}

/** A host as addresses are written elsewhere: an IPv6 one without its brackets. */
export function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, '');
}

function name(family: number): 'ipv4' | 'ipv6' {
  return family === 6 ? 'ipv6' : 'ipv4';
}
