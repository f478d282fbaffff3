import type { Deed, Leaf } from './leaf.ts';
import type { Parts } from './open.ts';
import type { Terminal } from './terminal.ts';

/** A command that works on the rooms. */
export function onParts<Flags, Options, Result extends object>(
  load: () => Promise<Deed<Parts, Options, Result>>,
  prepare: (flags: Flags, terminal: Terminal) => Promise<Options>,
): Leaf<Parts, Flags, Options, Result> {
  const open: Leaf<Parts, Flags, Options, Result>['open'] = async (...given) =>
    (await import('./open.ts')).openParts(...given);
  return { open, load, prepare };
}

/** Takes the flags for the options. */
export async function asGiven<Flags>(flags: Flags): Promise<Flags> {
  return flags;
}

/** An option that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
