import type { Draft } from './port.ts';

const LONGEST = 512;

/** How long a store keeps what has expired, for callers whose clocks are behind: as much as tokens allow. */
export const LINGER = 60_000;

/**
 * The name of an entry or an index, as it came. Throws a RangeError for one that not every store takes:
 * empty, or over 512 bytes.
 */
export function nameOf(text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes === 0 || bytes > LONGEST) throw new RangeError('A key has 1 to 512 bytes.');
  return text;
}

/** The instant, as it came. Throws a RangeError for a Date that is none. */
export function instantOf(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new RangeError('A Date holds no instant.');
  return date;
}

/** A draft's parts: those it writes, and the names of those it removes. */
export function partsOf({ parts = {} }: Draft): {
  written: (readonly [name: string, text: string])[];
  removed: string[];
} {
  const written: [string, string][] = [];
  const removed: string[] = [];
  for (const [name, text] of Object.entries(parts)) {
    if (text === null) removed.push(name);
    else written.push([name, text]);
  }
  return { written, removed };
}
