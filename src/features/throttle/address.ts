import { isIP, SocketAddress } from 'node:net';

/** The one bucket of whatever is no address: it is counted like any other, and skips nothing. */
const UNREADABLE = 'unreadable';

/**
 * What an address is counted as (security cases 145, 146): IPv4 by itself, also where it is written as IPv6;
 * IPv6 by its /64, which is what one customer is given, however it is written.
 */
export function addressKey(text: string): string {
  const address = text.trim().replace(/%.*$/s, '');
  const family = isIP(address);
  if (family === 4) return address;
  if (family !== 6) return UNREADABLE;
  const groups = groupsOf(address);
  return isMapped(groups) ? dotted(groups.slice(6)) : `${hex(groups.slice(0, 4))}::/64`;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(text: string): readonly number[] {
  // The system's own spelling: lower case, no leading zeros, at most one `::`.
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return hex([a * 256 + b, c * 256 + d]);
  });
  const [head = [], tail = []] = plain.split('::').map(numbersOf);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function numbersOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

function dotted(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 255]).join('.');
}

function hex(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}
